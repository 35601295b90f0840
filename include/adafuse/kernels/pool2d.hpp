// Maximum and average over windows of an image, forward and back.
//
// The inner loop runs along a row of the output, for one tap of the window at a time: it then has
// no edge to look for, and its body is what the compiler turns into vectors.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/pool2d_geometry.hpp>
#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y(p, i) = x(p, positions(p, i)), for x [planes, in_pixels], positions and y [planes,
/// out_pixels].
template <class T>
void gather_pixels(Index planes, Index in_pixels, Index out_pixels, const T* x,
                   const std::int32_t* positions, T* y) {
  parallel_for(planes, 1 + 16384 / std::max<Index>(1, out_pixels), Work::elements(4 * out_pixels),
               [&](Index begin, Index end) {
                 for (Index p = begin; p < end; ++p)
                   for (Index i = p * out_pixels; i < (p + 1) * out_pixels; ++i)
                     y[i] = x[p * in_pixels + positions[i]];
               });
}

/// The transpose: x(p, k) = sum of y(p, i) over positions(p, i) == k.
template <class T>
void scatter_pixels(Index planes, Index in_pixels, Index out_pixels, const T* y,
                    const std::int32_t* positions, T* x) {
  const Work work = Work::elements(in_pixels + 4 * out_pixels);
  parallel_for(planes, 1 + 16384 / std::max<Index>(1, in_pixels), work,
               [&](Index begin, Index end) {
                 std::fill(x + begin * in_pixels, x + end * in_pixels, T{0});
                 for (Index p = begin; p < end; ++p)
                   for (Index i = p * out_pixels; i < (p + 1) * out_pixels; ++i)
                     x[p * in_pixels + positions[i]] += y[i];
               });
}

#ifdef ADAFUSE_COMPILED
template <class T>
void max_pool2d(const Pool2dGeometry& g, const T* x, T* y, std::int32_t* positions) {
  compiled::kernels_of<T>().max_pool2d(g, x, y, positions);
}
template <class T>
void avg_pool2d(const Pool2dGeometry& g, const T* x, T* y) {
  compiled::kernels_of<T>().avg_pool2d(g, x, y);
}
template <class T>
void avg_pool2d_backward(const Pool2dGeometry& g, const T* dy, T* dx) {
  compiled::kernels_of<T>().avg_pool2d_backward(g, dy, dx);
}
#else

namespace detail {

/// Planes that one task pools: some 16k additions or comparisons.
inline Index pool_grain(const Pool2dGeometry& g) {
  return 1 + 16384 / std::max<Index>(1, g.out_pixels() * g.height.kernel * g.width.kernel);
}

/// The work of one plane.
inline Work pool_work(const Pool2dGeometry& g) {
  return Work::elements(g.in_pixels() + g.out_pixels() * g.height.kernel * g.width.kernel);
}

/// Calls `body(stride)` with the two common strides as constants.
template <class Body>
void with_stride(Index stride, const Body& body) {
  if (stride == 1) return body(std::integral_constant<Index, 1>());
  if (stride == 2) return body(std::integral_constant<Index, 2>());
  body(stride);
}

/// y[j] = max(y[j], x[offset + j stride]) for the windows j of one tap, and `at` its position.
template <bool keep_positions, class T, class Stride>
void max_of_tap(PoolRange columns, Index offset, Stride stride, const T* __restrict x,
                T* __restrict y, std::int32_t* __restrict at) {
  for (Index j = columns.begin; j < columns.end; ++j) {
    const T value = x[offset + j * stride];
    const bool better = (value > y[j]) | is_nan(value);  // a NaN stays
    y[j] = better ? value : y[j];
    if constexpr (keep_positions)
      at[j] = better ? static_cast<std::int32_t>(offset + j * stride) : at[j];
  }
}

/// y[j] += x[offset + j stride] for the windows j of one tap.
template <class T, class Stride>
void add_tap(PoolRange columns, Index offset, Stride stride, const T* __restrict x,
             T* __restrict y) {
  for (Index j = columns.begin; j < columns.end; ++j) y[j] += x[offset + j * stride];
}

/// x[offset + j stride] += y[j] for the windows j of one tap.
template <class T, class Stride>
void spread_tap(PoolRange columns, Index offset, Stride stride, const T* __restrict y,
                T* __restrict x) {
  for (Index j = columns.begin; j < columns.end; ++j) x[offset + j * stride] += y[j];
}

/// windows(q) for each tap q of an axis: its divisions, once for each call.
inline std::vector<PoolRange> windows_of_taps(const PoolAxis& axis) {
  std::vector<PoolRange> windows;
  for (Index q = 0; q < axis.kernel; ++q) windows.push_back(axis.windows(q));
  return windows;
}

/// How many columns each window of a row counts.
template <class T>
std::vector<T> widths_of_windows(const Pool2dGeometry& g) {
  std::vector<T> widths;
  for (Index j = 0; j < g.width.out(); ++j) widths.push_back(static_cast<T>(g.counted(g.width, j)));
  return widths;
}

template <bool keep_positions, class T>
void max_pool2d_plane(const Pool2dGeometry& g, const PoolRange* windows, const T* x, T* y,
                      std::int32_t* at) {
  const Index width = g.width.out();
  for (Index i = 0; i < g.height.out(); ++i, y += width, at += keep_positions ? width : 0) {
    const PoolRange rows = g.height.inside(i);
    std::fill_n(y, width, -std::numeric_limits<T>::infinity());
    if constexpr (keep_positions)  // of a window of -inf alone: its first element
      for (Index j = 0; j < width; ++j)
        at[j] = static_cast<std::int32_t>(rows.begin * g.width.in + g.width.inside(j).begin);
    for (Index r = rows.begin; r < rows.end; ++r)
      for (Index q = 0; q < g.width.kernel; ++q) {
        const PoolRange columns = windows[q];
        const Index offset = r * g.width.in + q - g.width.padding;
        with_stride(g.width.stride, [&](auto stride) {
          max_of_tap<keep_positions>(columns, offset, stride, x, y, at);
        });
      }
  }
}

}  // namespace detail

/// y(p, i, j) = the largest element of window (i, j) of plane p, the first one where several are; a
/// NaN counts as larger than all. `positions`, of y's shape, receives its place in the plane,
/// unless it is null.
template <class T>
void max_pool2d(const Pool2dGeometry& g, const T* x, T* y, std::int32_t* positions) {
  const auto windows = detail::windows_of_taps(g.width);
  parallel_for(g.planes, detail::pool_grain(g), detail::pool_work(g), [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      const T* in = x + p * g.in_pixels();
      T* out = y + p * g.out_pixels();
      if (positions)
        detail::max_pool2d_plane<true>(g, windows.data(), in, out, positions + p * g.out_pixels());
      else
        detail::max_pool2d_plane<false>(g, windows.data(), in, out, positions);
    }
  });
}

/// y(p, i, j) = the sum over window (i, j) of plane p, over its divisor. `T` adds up the taps of
/// some rows of a window, double what comes of them.
template <class T>
void avg_pool2d(const Pool2dGeometry& g, const T* x, T* y) {
  constexpr Index few = 1024;  // taps that floats may add up
  const Index width = g.width.out();
  const auto windows = detail::windows_of_taps(g.width);
  const auto widths = detail::widths_of_windows<T>(g);
  const bool many = g.height.kernel * g.width.kernel > few;
  parallel_for(g.planes, detail::pool_grain(g), detail::pool_work(g), [&](Index begin, Index end) {
    thread_local Scratch<double> memory;
    double* sums = memory(many ? width : 0);
    for (Index p = begin; p < end; ++p)
      for (Index i = 0; i < g.height.out(); ++i) {
        const T* plane = x + p * g.in_pixels();
        T* row = y + p * g.out_pixels() + i * width;
        const PoolRange rows = g.height.inside(i);
        std::fill_n(row, width, T{0});
        if (many) std::fill_n(sums, width, 0.0);
        Index taps = 0;
        for (Index r = rows.begin; r < rows.end; ++r)
          for (Index q = 0; q < g.width.kernel; ++q) {
            const PoolRange columns = windows[static_cast<std::size_t>(q)];
            const Index offset = r * g.width.in + q - g.width.padding;
            detail::with_stride(g.width.stride, [&](auto stride) {
              detail::add_tap(columns, offset, stride, plane, row);
            });
            if (!many || ++taps < few) continue;
            for (Index j = 0; j < width; ++j) sums[j] += static_cast<double>(row[j]), row[j] = 0;
            taps = 0;
          }
        if (many)
          for (Index j = 0; j < width; ++j) row[j] = static_cast<T>(sums[j] + double(row[j]));
        const T height = static_cast<T>(g.counted(g.height, i));
        for (Index j = 0; j < width; ++j) row[j] /= height * widths[static_cast<std::size_t>(j)];
      }
  });
}

/// The transpose: each dy(p, i, j), over its divisor, is added to dx at all positions of window (i,
/// j).
template <class T>
void avg_pool2d_backward(const Pool2dGeometry& g, const T* dy, T* dx) {
  const Index width = g.width.out();
  const auto windows = detail::windows_of_taps(g.width);
  const auto widths = detail::widths_of_windows<T>(g);
  parallel_for(g.planes, detail::pool_grain(g), detail::pool_work(g), [&](Index begin, Index end) {
    thread_local Scratch<T> memory;
    T* share = memory(width);
    std::fill(dx + begin * g.in_pixels(), dx + end * g.in_pixels(), T{0});
    for (Index p = begin; p < end; ++p)
      for (Index i = 0; i < g.height.out(); ++i) {
        const T* row = dy + p * g.out_pixels() + i * width;
        const T height = static_cast<T>(g.counted(g.height, i));
        for (Index j = 0; j < width; ++j)
          share[j] = row[j] / (height * widths[static_cast<std::size_t>(j)]);
        const PoolRange rows = g.height.inside(i);
        for (Index r = rows.begin; r < rows.end; ++r)
          for (Index q = 0; q < g.width.kernel; ++q) {
            const PoolRange columns = windows[static_cast<std::size_t>(q)];
            const Index offset = r * g.width.in + q - g.width.padding;
            detail::with_stride(g.width.stride, [&](auto stride) {
              detail::spread_tap(columns, offset, stride, share, dx + p * g.in_pixels());
            });
          }
      }
  });
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
