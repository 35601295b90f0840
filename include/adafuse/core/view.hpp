// View: a strided window of fixed rank onto somebody's elements. It owns nothing and costs nothing.
// The rank is checked once, when the view is taken; loops inside kernels then read like maths.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace adafuse {

inline namespace ADAFUSE_SIMD {

/// How many of the positions start, start + step, ... come before stop, for any numbers but a step
/// of 0.
inline Index positions_before(Index start, Index stop, Index step) {
  const bool up = step > 0;
  if (up ? stop <= start : stop >= start) return 0;
  const auto bits = [](Index i) { return static_cast<std::uint64_t>(i); };
  const std::uint64_t distance = up ? bits(stop) - bits(start) : bits(start) - bits(stop);
  const std::uint64_t count = (distance - 1) / (up ? bits(step) : 0 - bits(step)) + 1;
  return static_cast<Index>(std::min(count, bits(std::numeric_limits<Index>::max())));
}

/// Whether `count` > 0 positions start, start + step, ... are all in [0, size).
inline bool positions_lie_inside(Index start, Index count, Index step, Index size) {
  const Checked last = Checked(start) + (Checked(count) - 1) * step;
  return 0 <= start && start < size && last.fits() && 0 <= last.value() && last.value() < size;
}

}  // namespace ADAFUSE_SIMD

/// Elements `data[i0 * strides[0] + ... ]`, with `T` const for a window that only reads.
template <class T, int R>
class View {
  static_assert(R >= 1 && R <= Shape::max_rank);

 public:
  static constexpr int rank = R;  ///< How many dimensions it has.
  /// A number for each dimension.
  using Sizes = std::array<Index, Bound{R}>;

  /// Element i of dimension d is strides[d] i elements behind the first.
  ADAFUSE_INLINE View(T* data, const Sizes& sizes, const Sizes& strides)
      : data_(data), sizes_(sizes), strides_(strides) {}

  /// The rows of a contiguous buffer, last dimension fastest.
  ADAFUSE_INLINE View(T* data, const Sizes& sizes) : data_(data), sizes_(sizes) {
    Index stride = 1;
    for (int d = R - 1; d >= 0; --d) {
      strides_[at(d)] = stride;
      stride *= sizes_[at(d)];
    }
  }

  /// A view that writes can be read from.
  ADAFUSE_INLINE operator View<const T, R>() const requires(!std::is_const_v<T>) {
    return {data_, sizes_, strides_};
  }

  /// The element at 0, 0, ...
  T* data() const { return data_; }
  /// The size of dimension `dim`, from 0 on.
  ADAFUSE_INLINE Index size(int dim) const { return sizes_[at(dim)]; }
  /// How many elements lie from one position of dimension `dim` to the next.
  ADAFUSE_INLINE Index stride(int dim) const { return strides_[at(dim)]; }
  /// All sizes.
  const Sizes& sizes() const { return sizes_; }
  /// All sizes, as a Shape.
  ADAFUSE_INLINE Shape shape() const { return Shape(std::span<const Index>(sizes_)); }

  /// The element at these indices. Not checked: this is the inside of a loop.
  template <class... Indices>
  requires(sizeof...(Indices) == R &&
           (std::is_convertible_v<Indices, Index> && ...)) ADAFUSE_INLINE T&
  operator()(Indices... indices) const {
    const Sizes index{static_cast<Index>(indices)...};
    Index offset = 0;
    for (int d = 0; d < R; ++d) offset += index[at(d)] * strides_[at(d)];
    return data_[offset];
  }

  /// The window without its first dimension: `view[i]`.
  ADAFUSE_INLINE View<T, R - 1> operator[](Index i) const requires(R > 1) {
    typename View<T, R - 1>::Sizes sizes, strides;
    std::copy(sizes_.begin() + 1, sizes_.end(), sizes.begin());
    std::copy(strides_.begin() + 1, strides_.end(), strides.begin());
    return {data_ + i * strides_[0], sizes, strides};
  }

  /// Positions start, start + step, ... below stop along `dim`; a negative step walks downwards and
  /// `stop` may then be -1. Throws ShapeError when a position lies outside.
  ADAFUSE_INLINE View slice(int dim, Index start, Index stop, Index step = 1) const {
    require<ShapeError>(0 <= dim && dim < R, "slice: dimension ", dim, " of ", shape());
    require<ShapeError>(step != 0, "slice: step is 0");
    const Index count = positions_before(start, stop, step);
    View result = *this;
    result.sizes_[at(dim)] = count;
    // One position, or none, is reached without a step, which may be longer than memory.
    if (count > 1) result.strides_[at(dim)] *= step;
    if (count > 0) {
      require<ShapeError>(positions_lie_inside(start, count, step, size(dim)), "slice: ", start,
                          ":", stop, ":", step, " is outside of dimension ", dim, " of ", shape());
      result.data_ += start * strides_[at(dim)];
    }
    return result;
  }

  /// Dimensions `a` and `b` exchanged.
  ADAFUSE_INLINE View transpose(int a, int b) const {
    require<ShapeError>(0 <= a && a < R && 0 <= b && b < R, "transpose: dimensions ", a, " and ", b,
                        " of ", shape());
    View result = *this;
    std::swap(result.sizes_[at(a)], result.sizes_[at(b)]);
    std::swap(result.strides_[at(a)], result.strides_[at(b)]);
    return result;
  }

  /// Whether the elements lie one after the other, last dimension fastest.
  ADAFUSE_INLINE bool is_contiguous() const {
    Index stride = 1;
    for (int d = R - 1; d >= 0; --d) {
      if (size(d) != 1 && strides_[at(d)] != stride) return false;
      stride *= size(d);
    }
    return true;
  }

 private:
  static constexpr std::size_t at(int dim) { return static_cast<std::size_t>(dim); }

  T* data_;
  Sizes sizes_;
  Sizes strides_{};
};

}  // namespace adafuse
