// Attention without the matrix of its weights: a block of queries meets one block of keys after the
// other (Dao et al., "FlashAttention", 2022; Milakov and Gimelshein, "Online normalizer calculation
// for softmax", 2018).
//
// The softmax of a block of keys alone gives weights P_b of sum 1, and the logarithm of what they
// were divided by, c_b = m_b + ln sum e^(s - m_b), for scores s of largest m_b. With that of all
// keys before, c, and of both, c' = ln(e^c + e^c_b):
//
//   y' = e^(c - c') y + e^(c_b - c') P_b v_b
//
// It is for inference: nothing is recorded.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/gemm.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Matrices [..., rows, columns] whose sizes of 1 stretch, read where they stand: which of them
/// belongs to each place of the leading dimensions `all`.
template <class E>
class StretchedMatrices {
 public:
  StretchedMatrices() = default;  ///< none
  StretchedMatrices(const Tensor<E>& x, const Shape& all) {
    if (!x.defined()) return;
    data_ = x.data();
    const Shape& shape = x.shape();
    const Index rank = shape.rank(), rows = rank >= 2 ? shape[-2] : 1;
    const Index columns = rank >= 1 ? shape[-1] : 1;
    row_step_ = rows == 1 ? 0 : columns;
    step_ = columns == 1 ? 0 : 1;
    starts_.assign(static_cast<std::size_t>(all.size()), 0);
    for (Index place = 0; place < all.size(); ++place) {
      Index rest = place, stride = rows * columns, start = 0;
      for (Index d = 1; d <= all.rank(); ++d) {  // from the last dimension
        const Index at = rest % all[-d], own = d + 2 <= rank ? shape[-d - 2] : 1;
        rest /= all[-d];
        if (own != 1) start += at * stride;
        stride *= own;
      }
      starts_[static_cast<std::size_t>(place)] = start;
    }
  }

  bool defined() const { return data_ != nullptr; }
  /// Row `i` of the matrix at a place; its elements are `step()` apart.
  const E* row(Index place, Index i) const {
    return data_ + starts_[static_cast<std::size_t>(place)] + i * row_step_;
  }
  Index step() const { return step_; }

 private:
  const E* data_ = nullptr;
  std::vector<Index> starts_;
  Index row_step_ = 0, step_ = 0;
};

template <class T>
class BlockedAttention {
 public:
  // Of a block: multiples of the 96 rows by which kernels::gemm cuts a product.
  static constexpr Index most_queries = 96, most_keys = 288;

  struct Options {
    T scale;
    const Tensor<std::uint8_t>& mask;  // undefined, or as the scores [..., L, S], stretching
    const Tensor<T>& bias;             // the same
    bool causal;
  };

  /// q [..., L, E], k [..., S, E], v [..., S, V], whose leading dimensions stretch to `all`.
  BlockedAttention(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v, const Shape& all,
                   const Options& options)
      : places_(all.size()),
        l_(q.size(-2)),
        s_(k.size(-2)),
        e_(q.size(-1)),
        v_(v.size(-1)),
        scale_(options.scale),
        causal_(options.causal),
        queries_(q, all),
        keys_(k, all),
        values_(v, all),
        mask_(options.mask, all),
        bias_(options.bias, all) {}

  /// y [places, L, V].
  void run(T* y) const {
    if (places_ * l_ * v_ == 0) return;
    const Index blocks = (l_ + most_queries - 1) / most_queries;
    const double multiply_adds =
        static_cast<double>(most_queries) * static_cast<double>(s_) * static_cast<double>(e_ + v_);
    const Work work{Work::multiply_adds(1).nanoseconds * multiply_adds};
    parallel_for(places_ * blocks, 1, work, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Index place = i / blocks, first = i % blocks * most_queries;
        Block block{.place = place,
                    .first = first,
                    .count = std::min(l_ - first, most_queries),
                    .y = y + (place * l_ + first) * v_};
        answer(block);
      }
    });
  }

 private:
  /// Some queries of one place, what they were answered so far, and c of it.
  struct Block {
    Index place, first, count;
    T* y;                                            // [count, V]
    std::array<double, most_queries> log_sums = {};  // -inf: no key had any weight yet
    std::array<bool, most_queries> sees = {};        // whether a key was seen
  };
  /// What a block of keys gave each query: c_b, and whether it has any weight.
  struct Met {
    std::array<double, most_queries> log_sums;
    std::array<bool, most_queries> counts;
  };

  void answer(Block& block) const {
    thread_local kernels::Scratch<T> query_memory, score_memory, product_memory;
    T* const queries = query_memory(std::max<Index>(block.count * e_, 1));
    const T* const from = queries_.row(block.place, 0) + block.first * e_;
    for (Index i = 0; i < block.count * e_; ++i) queries[i] = from[i] * scale_;
    std::fill_n(block.y, block.count * v_, T{0});
    block.log_sums.fill(-std::numeric_limits<double>::infinity());
    T* const scores = score_memory(block.count * std::max<Index>(std::min(s_, most_keys), 1));
    T* const product = product_memory(block.count * v_);
    const Index end = causal_ ? std::min(s_, block.first + block.count) : s_;
    for (Index j = 0; j < end; j += most_keys) {
      const Index n = std::min(end - j, most_keys);
      kernels::gemm({.m = block.count, .k = e_, .n = n, .transpose_b = true}, queries,
                    keys_.row(block.place, 0) + j * e_, scores);
      hide(block, j, n, scores);
      const Met met = weigh(block, n, scores);
      kernels::gemm({.m = block.count, .k = n, .n = v_}, scores,
                    values_.row(block.place, 0) + j * v_, product);
      join(block, met, product);
    }
    // Keys were seen, and none had any weight: all scores are -inf.
    for (Index i = 0; i < block.count; ++i)
      if (const auto at = static_cast<std::size_t>(i);
          block.sees[at] && equals(block.log_sums[at], -std::numeric_limits<double>::infinity()))
        std::fill_n(block.y + i * v_, v_, std::numeric_limits<T>::quiet_NaN());
  }

  /// Adds the bias to the scores [count, n] of keys j ..., and makes -inf of what is not seen.
  void hide(Block& block, Index j, Index n, T* scores) const {
    constexpr T nothing = -std::numeric_limits<T>::infinity();
    for (Index i = 0; i < block.count; ++i, scores += n) {
      const Index query = block.first + i;
      if (bias_.defined()) {
        const T* const bias = bias_.row(block.place, query) + j * bias_.step();
        for (Index k = 0; k < n; ++k) scores[k] += bias[k * bias_.step()];
      }
      const Index seen = causal_ ? std::clamp<Index>(query + 1 - j, 0, n) : n;
      std::fill(scores + seen, scores + n, nothing);
      bool any = seen > 0;
      if (mask_.defined()) {
        const std::uint8_t* const mask = mask_.row(block.place, query) + j * mask_.step();
        any = false;
        for (Index k = 0; k < seen; ++k) {
          const bool is_seen = mask[k * mask_.step()] != 0;
          if (!is_seen) scores[k] = nothing;
          any = any || is_seen;
        }
      }
      bool& sees = block.sees[static_cast<std::size_t>(i)];
      sees = sees || any;
    }
  }

  /// Makes weights of sum 1 of the scores [count, n].
  Met weigh(const Block& block, Index n, T* scores) const {
    Met met{};
    for (Index i = 0; i < block.count; ++i) {
      T* const row = scores + i * n;
      bool& counts = met.counts[static_cast<std::size_t>(i)];
      counts = std::any_of(row, row + n,
                           [](T v) { return !equals(v, -std::numeric_limits<T>::infinity()); });
      if (!counts) std::fill_n(row, n, T{0});
    }
    // Of a row with a NaN or infinity all weights are NaN, and so is what comes of them.
    kernels::softmax({block.count, n, 1}, scores, scores, met.log_sums.data());
    return met;
  }

  /// y' and c', of `product` [count, V] = P_b v_b.
  void join(Block& block, const Met& met, const T* product) const {
    for (Index i = 0; i < block.count; ++i, product += v_) {
      const auto at = static_cast<std::size_t>(i);
      if (!met.counts[at]) continue;
      T* const y = block.y + i * v_;
      const double before = block.log_sums[at], now = met.log_sums[at];
      if (equals(before, -std::numeric_limits<double>::infinity())) {
        std::copy_n(product, v_, y);
        block.log_sums[at] = now;
        continue;
      }
      const double larger = std::max(before, now);
      const double both = larger + std::log(std::exp(before - larger) + std::exp(now - larger));
      const T old_share = static_cast<T>(std::exp(before - both)),
              new_share = static_cast<T>(std::exp(now - both));
      for (Index c = 0; c < v_; ++c) y[c] = old_share * y[c] + new_share * product[c];
      block.log_sums[at] = both;
    }
  }

  Index places_, l_, s_, e_, v_;
  T scale_;
  bool causal_;
  StretchedMatrices<T> queries_, keys_, values_;
  StretchedMatrices<std::uint8_t> mask_;
  StretchedMatrices<T> bias_;
};

}  // namespace detail

}  // namespace adafuse::inline ADAFUSE_SIMD
