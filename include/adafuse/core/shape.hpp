// Shape: the sizes of a tensor's dimensions, outermost first, kept inline (no heap).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/core/error.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <ostream>
#include <span>

namespace adafuse {

/// Sizes, positions and counts. Signed, so that `i - padding` may be negative without surprise.
using Index = std::int64_t;

/// The bound of an array whose size is a parameter of a template: `float x[Bound{Rows}]`. Of an int
/// that it does not know yet g++ says with -Wsign-conversion that it may be negative.
using Bound = std::size_t;

/// Sizes of dimensions, at most 8. Two are equal when rank and all sizes are.
class Shape {
 public:
  static constexpr Index max_rank = 8;  ///< More dimensions are refused.

  /// Rank 0: a single number.
  ADAFUSE_INLINE constexpr Shape() = default;
  /// `{2, 3, 4}`.
  ADAFUSE_INLINE constexpr Shape(std::initializer_list<Index> sizes)
      : Shape(std::span(sizes.begin(), sizes.size())) {}
  /// Of a list that was worked out.
  [[gnu::noinline]] ADAFUSE_INLINE constexpr explicit Shape(std::span<const Index> sizes) {
    require<ShapeError>(std::ssize(sizes) <= max_rank, "Shape: rank is at most ", max_rank,
                        ", got ", sizes.size());
    for (Index size : sizes) push_back(size);
  }

  /// How many dimensions there are.
  Index rank() const { return rank_; }

  /// The number of elements: the product of the sizes, 1 for rank 0.
  Index size() const { return size_; }

  /// The size of a dimension; negative positions count from the end, as in `shape[-1]`.
  ADAFUSE_INLINE Index operator[](Index dim) const {
    return sizes_[static_cast<std::size_t>(axis(dim))];
  }

  /// `dim` as a position in [0, rank): -1 is the last. Throws ShapeError when it is neither.
  ADAFUSE_INLINE Index axis(Index dim) const {
    require<ShapeError>(-rank_ <= dim && dim < rank_, "dimension ", dim, " is outside of ", *this);
    return dim < 0 ? dim + rank_ : dim;
  }

  /// A copy in which dimension `dim` has another size.
  ADAFUSE_INLINE Shape with(Index dim, Index size) const {
    Shape copy = *this;
    copy.set(copy.axis(dim), size);
    return copy;
  }

  /// Adds a dimension behind the last.
  [[gnu::noinline]] ADAFUSE_INLINE constexpr void push_back(Index size) {
    require<ShapeError>(rank_ < max_rank, "Shape: rank is at most ", max_rank);
    Shape longer = *this;
    longer.set(longer.rank_++, size);
    *this = longer;
  }

  /// The first size.
  constexpr const Index* begin() const { return sizes_.data(); }
  /// Behind the last size.
  ADAFUSE_INLINE constexpr const Index* end() const { return sizes_.data() + rank_; }

  /// Whether rank and all sizes are equal.
  ADAFUSE_INLINE friend bool operator==(const Shape& a, const Shape& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

  /// Writes it as `[2,3,4]`.
  ADAFUSE_INLINE friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    out << '[';
    for (Index i = 0; i < shape.rank(); ++i) out << (i ? "," : "") << shape[i];
    return out << ']';
  }

 private:
  ADAFUSE_INLINE constexpr void set(Index dim, Index size) {
    require<ShapeError>(size >= 0, "Shape: sizes are not negative, got ", size);
    sizes_[static_cast<std::size_t>(dim)] = size;
    Checked product = 1;  // Refuse shapes whose number of elements no Index can hold.
    bool empty = false;
    for (Index s : *this) product = product * std::max<Index>(s, 1), empty |= s == 0;
    require<ShapeError>(product.fits(), "Shape: too many elements");
    size_ = empty ? 0 : product.value();
  }

  std::array<Index, max_rank> sizes_{};
  Index rank_ = 0;
  Index size_ = 1;  // the product, asked for far more often than a size is set
};

inline namespace ADAFUSE_SIMD {

/// The shape of `a op b` under broadcasting: aligned at the last dimension, a size of 1 stretches.
/// Throws ShapeError (named after `op`) when two sizes differ and neither is 1.
inline Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  const Index rank = std::max(a.rank(), b.rank());
  Shape result;
  for (Index i = 0; i < rank; ++i) {
    const Index from_end = rank - i;
    const Index m = from_end <= a.rank() ? a[a.rank() - from_end] : 1;
    const Index n = from_end <= b.rank() ? b[b.rank() - from_end] : 1;
    require<ShapeError>(m == n || m == 1 || n == 1, op, ": ", a, " and ", b,
                        " do not broadcast: ", m, " against ", n);
    result.push_back(m == 1 ? n : m);
  }
  return result;
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
