// Batch normalisation over the channels of x [batch, channels, inner], forward and back, with the
// addition and the ReLU that may follow it.
//
// One task has one channel: its sums in one pass, and then its elements while they are still in the
// cache. Sums are kept in double, of what remains when the first element is taken off: that is near
// the mean, where the plain sum of squares would lose all digits of a small variance.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {  // Its loops are compiled for the vector path.

/// x [batch, channels, inner]: [N, C], [N, C, L] and [N, C, H, W] seen alike.
struct ChannelLayout {
  Index batch = 0, channels = 0, inner = 1;

  Index count() const { return batch * inner; }  // the elements of one channel
  Index size() const { return batch * channels * inner; }
  /// Where the elements of channel c of frame n begin.
  Index begin(Index n, Index c) const { return (n * channels + c) * inner; }
  Index grain() const { return 1 + 16384 / std::max<Index>(1, count()); }
};

namespace detail {

/// The sums of a and b, where term(i) = {a, b} for the elements i of channel c. Sixteen sums side
/// by side are what the compiler keeps in vectors; they also make the order, and so the bits, the
/// same everywhere.
template <class Term>
std::array<double, 2> channel_sums(const ChannelLayout& layout, Index c, const Term& term) {
  constexpr Index lanes = 16;
  double first[lanes] = {}, second[lanes] = {};
  std::array<double, 2> total{};
  for (Index n = 0; n < layout.batch; ++n) {
    Index i = layout.begin(n, c);
    const Index end = i + layout.inner;
    for (; i + lanes <= end; i += lanes)
      for (Index lane = 0; lane < lanes; ++lane) {
        const std::array<double, 2> t = term(i + lane);
        first[lane] += t[0], second[lane] += t[1];
      }
    for (; i < end; ++i) {
      const std::array<double, 2> t = term(i);
      total[0] += t[0], total[1] += t[1];
    }
  }
  for (Index lane = 0; lane < lanes; ++lane) total[0] += first[lane], total[1] += second[lane];
  return total;
}

/// Calls body(i) for all elements i of channel c.
template <class Body>
void for_each_in_channel(const ChannelLayout& layout, Index c, const Body& body) {
  for (Index n = 0; n < layout.batch; ++n) {
    const Index begin = layout.begin(n, c), end = begin + layout.inner;
    for (Index i = begin; i < end; ++i) body(i);
  }
}

/// dz[i] = dy[i] where (x[i] - centre) scale + shift is above 0 (or no number), else 0.
template <class T>
void gate_run(const T* __restrict x, const T* __restrict dy, Index count, T centre, T scale,
              T shift, T* __restrict dz) {
  for (Index i = 0; i < count; ++i) {
    const T z = (x[i] - centre) * scale + shift, d = dy[i];
    dz[i] = z <= 0 ? T{0} : d;
  }
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, channel by channel. `weight` and `bias`
/// may be null: 1 and 0.
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const T* mean, const T* variance,
                const T* weight, const T* bias, double eps, T* y) {
  std::vector<T> scale(static_cast<std::size_t>(layout.channels));
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double inv_std = 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
    scale[c] = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
  }
  const Index frame = layout.channels * layout.inner;
  parallel_for(layout.batch, 1 + 16384 / std::max<Index>(1, frame), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index c = 0; c < layout.channels; ++c) {
        const T slope = scale[static_cast<std::size_t>(c)];
        const T centre = mean[c], shift = bias ? bias[c] : T{0};
        const Index first = layout.begin(n, c);
        for (Index i = first; i < first + layout.inner; ++i) y[i] = (x[i] - centre) * slope + shift;
      }
  });
}

/// What follows the normalisation in the same pass.
template <class T>
struct BatchNormTail {
  const T* residual = nullptr;  // of x's shape, is added; absent: 0
  bool relu = false;            // after that
};

/// The same with the moments of x itself, which are written to `mean` and `variance` (biased: the
/// mean of (x - mean)^2), [channels] each, and with what follows.
template <class T>
void batch_norm_train(const ChannelLayout& layout, const T* x, const T* weight, const T* bias,
                      double eps, T* y, double* mean, double* variance,
                      const BatchNormTail<std::type_identity_t<T>>& tail = {}) {
  const auto count = static_cast<double>(layout.count());
  parallel_for(layout.channels, layout.grain(), [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const double origin = static_cast<double>(x[layout.begin(0, c)]);
      const auto sums =
          detail::channel_sums(layout, c, [x, origin](Index i) -> std::array<double, 2> {
            const double d = static_cast<double>(x[i]) - origin;
            return {d, d * d};
          });
      const double offset = sums[0] / count, m = origin + offset,
                   v = std::max(sums[1] / count - offset * offset, 0.0);  // NaN stays NaN
      mean[c] = m, variance[c] = v;
      const double inv_std = 1 / std::sqrt(v + eps);
      const T scale = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
      const T centre = static_cast<T>(m), shift = bias ? bias[c] : T{0};
      const auto norm = [=](Index i) { return (x[i] - centre) * scale + shift; };
      const auto relu = [](T value) { return value <= 0 ? T{0} : value; };
      const T* const residual = tail.residual;
      if (residual && tail.relu)
        detail::for_each_in_channel(layout, c,
                                    [=](Index i) { y[i] = relu(norm(i) + residual[i]); });
      else if (residual)
        detail::for_each_in_channel(layout, c, [=](Index i) { y[i] = norm(i) + residual[i]; });
      else if (tail.relu)
        detail::for_each_in_channel(layout, c, [=](Index i) { y[i] = relu(norm(i)); });
      else
        detail::for_each_in_channel(layout, c, [=](Index i) { y[i] = norm(i); });
    }
  });
}

/// The gradients of batch_norm_train for dy, with its `mean` and `variance`; null where not wanted.
///   xhat = (x - mean) / sqrt(variance + eps),  dbias = sum dy,  dweight = sum dy xhat
///   dx = weight / sqrt(variance + eps) * (dy - (dbias + xhat dweight) / count)
/// With `relu`, of y = relu(xhat weight + bias): dy counts as 0 where y is 0. What the ReLU let
/// through is worked out again from x, so that y need not be kept.
template <class T>
void batch_norm_train_backward(const ChannelLayout& layout, const T* x, const T* weight,
                               const T* bias, const double* mean, const double* variance,
                               double eps, bool relu, const T* dy, T* dx, T* dweight, T* dbias) {
  const auto count = static_cast<double>(layout.count());
  parallel_for(layout.channels, layout.grain(), [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const double m = mean[c], inv_std = 1 / std::sqrt(variance[c] + eps);
      const T scale = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
      const T centre = static_cast<T>(m), shift = bias ? bias[c] : T{0};
      const T* dz = dy;
      if (relu) {  // dx, or working memory, holds dz until dx is known.
        thread_local Scratch<T> memory;
        T* const gated = dx ? dx : memory(layout.size());
        for (Index n = 0; n < layout.batch; ++n) {
          const Index first = layout.begin(n, c);
          detail::gate_run(x + first, dy + first, layout.inner, centre, scale, shift,
                           gated + first);
        }
        dz = gated;
      }
      const auto sums = detail::channel_sums(layout, c, [=](Index i) -> std::array<double, 2> {
        const double d = static_cast<double>(dz[i]);
        return {d, d * (static_cast<double>(x[i]) - m)};
      });
      if (dweight) dweight[c] = static_cast<T>(inv_std * sums[1]);
      if (dbias) dbias[c] = static_cast<T>(sums[0]);
      if (!dx) continue;
      const T offset = static_cast<T>(sums[0] / count),
              slope = static_cast<T>(inv_std * inv_std * sums[1] / count);
      detail::for_each_in_channel(
          layout, c, [=](Index i) { dx[i] = (dz[i] - offset - (x[i] - centre) * slope) * scale; });
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
