// StridedLoop: walks the elements of a shape in order, with a position in each of N operands that
// lie in memory by strides of their own (0: broadcast; permuted: a permutation).
//
// Neighbouring dimensions that every operand crosses in one stride are merged first, so that most
// loops have one or two dimensions left. A chunk divides once to find where it starts; from there
// on positions are only added to.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/shape.hpp>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// One stride for each dimension of a shape.
using Strides = std::array<Index, Shape::max_rank>;

/// Elements that a chunk of parallel work holds: enough to pay for handing it to a thread.
inline constexpr Index elements_per_chunk = Index{1} << 14;

/// The strides of a contiguous tensor, last dimension fastest.
inline Strides contiguous_strides(const Shape& shape) {
  Strides strides{};
  Index stride = 1;
  for (Index d = shape.rank() - 1; d >= 0; --d) {
    strides[static_cast<std::size_t>(d)] = stride;
    stride *= shape[d];
  }
  return strides;
}

/// The strides with which a contiguous tensor of `shape` is read as one of shape `to`: aligned at
/// the last dimension, 0 where it stretches.
inline Strides broadcast_strides(const Shape& shape, const Shape& to) {
  const Strides own = contiguous_strides(shape);
  Strides strides{};
  const Index missing = to.rank() - shape.rank();
  for (Index d = 0; d < shape.rank(); ++d)
    if (shape[d] != 1)
      strides[static_cast<std::size_t>(d + missing)] = own[static_cast<std::size_t>(d)];
  return strides;
}

template <int N>
class StridedLoop {
 public:
  using Position = std::array<Index, Bound{N}>;

  StridedLoop(const Shape& shape, const std::array<Strides, Bound{N}>& strides)
      : size_(shape.size()) {
    for (std::size_t d = 0; d < static_cast<std::size_t>(shape.rank()); ++d) {
      const Index size = shape[static_cast<Index>(d)];
      if (size == 1) continue;
      Position step;
      for (std::size_t k = 0; k < N; ++k) step[k] = strides[k][d];
      append(size, step);
    }
    if (rank_ == 0) append(1, {});
  }

  /// The strides of the innermost runs.
  const Position& inner() const { return steps_[rank_ - 1]; }

  /// Calls `run(i, at, count)` for runs that cover all elements, on any thread: elements i, i + 1,
  /// ... i + count - 1 of the shape, the first at position `at[k]` of operand k.
  template <class Run>
  void for_each_run(const Run& run) const {
    parallel_for(size_, elements_per_chunk, Work::elements(4),
                 [&](Index begin, Index end) { walk(begin, end, run); });
  }

 private:
  void append(Index size, const Position& step) {
    if (rank_ > 0) {
      bool merges = true;
      for (std::size_t k = 0; k < N; ++k) merges &= steps_[rank_ - 1][k] == step[k] * size;
      if (merges) {
        sizes_[rank_ - 1] *= size;
        steps_[rank_ - 1] = step;
        return;
      }
    }
    sizes_[rank_] = size;
    steps_[rank_++] = step;
  }

  template <class Run>
  void walk(Index begin, Index end, const Run& run) const {
    const std::size_t last = rank_ - 1;
    std::array<Index, Shape::max_rank> index{};
    Position at{};
    Index rest = begin;
    for (std::size_t d = rank_; d-- > 0;) {
      index[d] = rest % sizes_[d];
      rest /= sizes_[d];
      for (std::size_t k = 0; k < N; ++k) at[k] += index[d] * steps_[d][k];
    }
    for (;;) {
      const Index count = std::min(end - begin, sizes_[last] - index[last]);
      run(begin, at, count);
      begin += count;
      if (begin == end) return;
      // The run reached the end of the innermost dimension: back to its start, and carry.
      for (std::size_t k = 0; k < N; ++k) at[k] -= index[last] * steps_[last][k];
      index[last] = 0;
      for (std::size_t d = last; d-- > 0;) {
        for (std::size_t k = 0; k < N; ++k) at[k] += steps_[d][k];
        if (++index[d] < sizes_[d]) break;
        for (std::size_t k = 0; k < N; ++k) at[k] -= sizes_[d] * steps_[d][k];
        index[d] = 0;
      }
    }
  }

  Index size_;
  std::size_t rank_ = 0;
  std::array<Index, Shape::max_rank> sizes_{};
  std::array<Position, Shape::max_rank> steps_{};
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
