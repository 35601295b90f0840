// Pooling of one plane without positions or gradients: what inference needs, and no more.
//
// Windows are rectangles, so a row of windows is pooled along its columns first and then along its
// row; the row is padded once, and no inner loop looks for an edge.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/pool2d_geometry.hpp>
#include <algorithm>
#include <limits>
#include <type_traits>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {  // Its loops are compiled for the vector path.
namespace plane {

template <bool maximum, class T>
void take_in(T& y, T x) {
  if constexpr (maximum)
    y = x > y ? x : y;
  else
    y += x;
}

/// y[j] = the maximum, or sum, of x[j stride], ..., x[j stride + kernel - 1].
template <bool maximum, class T, class Stride>
void pool_row(Index count, Index kernel, Stride stride, const T* __restrict x, T* __restrict y) {
  for (Index j = 0; j < count; ++j) y[j] = x[j * stride];
  for (Index q = 1; q < kernel; ++q)
    for (Index j = 0; j < count; ++j) take_in<maximum>(y[j], x[j * stride + q]);
}

/// Pools one plane, x [height, width] -> y. `divisors`: how many elements each window counts, of
/// y's shape; not read for a maximum. `row`: (windows - 1) stride + kernel numbers to work with.
template <bool maximum, class T>
void pool(const Pool2dGeometry& g, const T* divisors, const T* x, T* y, T* row) {
  const auto &height = g.height, &width = g.width;
  const Index columns = width.out(), padded = (columns - 1) * width.stride + width.kernel;
  const Index used = std::min(width.in, padded - width.padding);
  std::fill_n(row, padded, maximum ? -std::numeric_limits<T>::infinity() : T{0});
  T* const inside = row + width.padding;
  for (Index i = 0; i < height.out(); ++i, y += columns) {
    const auto rows = height.inside(i);
    std::copy_n(x + rows.begin * width.in, used, inside);
    for (Index r = rows.begin + 1; r < rows.end; ++r) {
      const T* next = x + r * width.in;
      for (Index j = 0; j < used; ++j) take_in<maximum>(inside[j], next[j]);
    }
    if (width.stride == 1)
      pool_row<maximum>(columns, width.kernel, std::integral_constant<Index, 1>(), row, y);
    else if (width.stride == 2)
      pool_row<maximum>(columns, width.kernel, std::integral_constant<Index, 2>(), row, y);
    else
      pool_row<maximum>(columns, width.kernel, width.stride, row, y);
    if constexpr (!maximum)
      for (Index j = 0; j < columns; ++j) y[j] /= divisors[i * columns + j];
  }
}

/// The sum or the maximum of `count` numbers, in as many partial ones as a vector has lanes.
template <bool maximum, class T>
T reduce(const T* x, Index count) {
  constexpr Index lanes = 16;
  const auto join = [](T a, T b) { return maximum ? std::max(a, b) : a + b; };
  T partial[lanes];
  std::fill_n(partial, lanes, maximum ? *x : T{0});
  Index i = 0;
  for (; i + lanes <= count; i += lanes)
    for (Index lane = 0; lane < lanes; ++lane) partial[lane] = join(partial[lane], x[i + lane]);
  for (; i < count; ++i) partial[0] = join(partial[0], x[i]);
  T total = partial[0];
  for (Index lane = 1; lane < lanes; ++lane) total = join(total, partial[lane]);
  return total;
}

/// The sums or maxima of as many planes of `count` floats as a vector has lanes.
template <bool maximum>
Floats reduce(const float* const (&planes)[Floats::width], Index count) {
  const auto join = [](Floats a, Floats b) { return maximum ? max(a, b) : a + b; };
  const Floats neutral =
      maximum ? Floats::broadcast(-std::numeric_limits<float>::infinity()) : Floats::zero();
  Floats partial[Floats::width];
#pragma GCC unroll 16
  for (Floats& p : partial) p = neutral;
  Index i = 0;
  for (; i + Floats::width <= count; i += Floats::width)
#pragma GCC unroll 16
    for (int l = 0; l < Floats::width; ++l)
      partial[l] = join(partial[l], Floats::load(planes[l] + i));
  if (i < count) {
    const Mask rest = first_lanes(count - i);
#pragma GCC unroll 16
    for (int l = 0; l < Floats::width; ++l)
      partial[l] = join(partial[l], neutral.load_over(planes[l] + i, rest));
  }
  return join_lanes(partial, join);
}

}  // namespace plane
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
