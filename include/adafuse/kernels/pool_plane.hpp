// Pooling of one plane without positions or gradients: what inference needs, and no more.
//
// Windows are rectangles, so a row of windows is pooled along its columns first and then along its
// row; the row is padded once, and no inner loop looks for an edge.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/pool2d_geometry.hpp>
#include <algorithm>
#include <limits>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace plane {

/// Numbers that pool() needs to work with: a padded row, and what its last vectors read beyond it,
/// were they the longest of all paths.
inline Index room(const Pool2dGeometry& g) {
  constexpr Index longest = 16;
  return (g.width.out() + longest) * g.width.stride + g.width.kernel + longest;
}

#ifdef ADAFUSE_COMPILED
template <bool maximum, class T>
void pool(const Pool2dGeometry& g, const T* divisors, const T* x, T* y, T* row) {
  compiled::kernels_of<T>().pool_plane(g, maximum, divisors, x, y, row);
}
#else

/// The larger one, or NaN if either is NaN.
template <class T>
T max_or_nan(T a, T b) {
  const bool takes_b = (b > a) | is_nan(b);
  return takes_b ? b : a;
}

template <bool maximum, class T>
void take_in(T& y, T x) {
  if constexpr (maximum)
    y = max_or_nan(y, x);
  else
    y += x;
}

template <bool maximum>
void take_in(Floats& y, Floats x) {
  if constexpr (maximum)
    y = max_or_nan(y, x);
  else
    y = y + x;
}

/// y[j] = the maximum, or sum, of `rows` rows of x, `pitch` apart, at column j.
template <bool maximum, class T>
void pool_columns(Index rows, Index pitch, Index count, const T* __restrict x, T* __restrict y) {
  if constexpr (std::is_same_v<T, float>) {
    constexpr Index ahead = 2048;  // Several rows at a time are no stream: ask for what follows.
    for (Index j = 0; j < count; j += Floats::width) {
      const Mask lanes = first_lanes(count - j);
      Floats all = Floats::load(x + j, lanes);
      for (Index r = 1; r < rows; ++r)
        take_in<maximum>(all, Floats::load(x + r * pitch + j, lanes));
      for (Index r = 0; r < rows; ++r) __builtin_prefetch(x + r * pitch + j + ahead);
      all.store(y + j, lanes);
    }
  } else {
    std::copy_n(x, count, y);
    for (Index r = 1; r < rows; ++r)
      for (Index j = 0; j < count; ++j) take_in<maximum>(y[j], x[r * pitch + j]);
  }
}

/// y[j] = the maximum, or sum, of x[j stride], ..., x[j stride + kernel - 1].
template <bool maximum, class T, class Stride>
void pool_row(Index count, Index kernel, Stride stride, const T* __restrict x, T* __restrict y) {
  for (Index j = 0; j < count; ++j) y[j] = x[j * stride];
  for (Index q = 1; q < kernel; ++q)
    for (Index j = 0; j < count; ++j) take_in<maximum>(y[j], x[j * stride + q]);
}

/// The same of floats with stride 2: two neighbouring taps are the even and the odd places of two
/// vectors. Reads up to two vectors beyond the last window.
template <bool maximum>
void pool_row_by_two(Index count, Index kernel, const float* __restrict x, float* __restrict y) {
  for (Index j = 0; j < count; j += Floats::width) {
    Floats all{};
    for (Index q = 0; q < kernel; q += 2) {
      const float* from = x + 2 * j + q;
      Floats even = Floats::load(from), odd = Floats::load(from + Floats::width);
      unzip(even, odd);
      if (q == 0)
        all = even;
      else
        take_in<maximum>(all, even);
      if (q + 1 < kernel) take_in<maximum>(all, odd);
    }
    all.store(y + j, first_lanes(count - j));
  }
}

/// Pools one plane, x [height, width] -> y. `divisors`: how many elements each window counts, of
/// y's shape; not read for a maximum. `row`: room(g) numbers to work with.
template <bool maximum, class T>
void pool(const Pool2dGeometry& g, const T* divisors, const T* x, T* y, T* row) {
  const auto &height = g.height, &width = g.width;
  const Index columns = width.out(), padded = (columns - 1) * width.stride + width.kernel;
  const Index used = std::min(width.in, padded - width.padding);
  std::fill_n(row, padded, maximum ? -std::numeric_limits<T>::infinity() : T{0});
  T* const inside = row + width.padding;
  for (Index i = 0; i < height.out(); ++i, y += columns) {
    const auto rows = height.inside(i);
    pool_columns<maximum>(rows.size(), width.in, used, x + rows.begin * width.in, inside);
    if (width.stride == 1)
      pool_row<maximum>(columns, width.kernel, std::integral_constant<Index, 1>(), row, y);
    else if constexpr (std::is_same_v<T, float>)
      width.stride == 2 ? pool_row_by_two<maximum>(columns, width.kernel, row, y)
                        : pool_row<maximum>(columns, width.kernel, width.stride, row, y);
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
  const auto join = [](T a, T b) { return maximum ? max_or_nan(a, b) : a + b; };
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
  const auto join = [](Floats a, Floats b) { return maximum ? max_or_nan(a, b) : a + b; };
  const Floats neutral =
      maximum ? Floats::broadcast(-std::numeric_limits<float>::infinity()) : Floats::zero();
  const Index whole = count / Floats::width * Floats::width;
  const Mask begin = first_lanes(count), rest = first_lanes(count - whole);
  const auto of_plane = [&](int l) __attribute__((always_inline)) {
    const float* const plane = planes[l];
    Floats all = neutral.load_over(plane, begin);
    Index i = Floats::width;
    for (; i + 3 * Floats::width <= whole; i += 3 * Floats::width) {
      const float* const three = plane + i;
      all = join(join(all, Floats::load(three)), join(Floats::load(three + Floats::width),
                                                      Floats::load(three + 2 * Floats::width)));
    }
    for (; i < whole; i += Floats::width) all = join(all, Floats::load(plane + i));
    if (Floats::width < count && whole < count)
      all = join(all, neutral.load_over(plane + whole, rest));
    return all;
  };
  return join_lanes(of_plane, join);
}

#endif

}  // namespace plane
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
