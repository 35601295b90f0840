// Pooling of the channels that exist, without allocation.
//
// Windows are rectangles, so a row of windows is pooled along its columns first and then along its
// row; the row is padded once, and no inner loop looks for an edge.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/infer/live_lists.hpp>
#include <adafuse/kernels/pool2d_geometry.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <limits>
#include <vector>

namespace adafuse::infer {

template <class T>
struct FoldedPool {
  kernels::Pool2dGeometry geometry;  // of one plane
  bool maximum = true;               // else the mean
  std::vector<T> divisors;           // of each window, [out_height, out_width]; empty for a maximum
  bool fill = false;  // Dead channels are written too, as zeros: a concat reads them.
};

/// A pooling as plans know it.
template <class T>
FoldedPool<T> fold_pool(const kernels::Pool2dGeometry& g, bool maximum) {
  FoldedPool<T> pool{g, maximum, {}};
  if (!maximum)
    for (Index i = 0; i < g.height.out(); ++i)
      for (Index j = 0; j < g.width.out(); ++j)
        pool.divisors.push_back(static_cast<T>(g.counted(g.height, i) * g.counted(g.width, j)));
  return pool;
}

inline namespace ADAFUSE_SIMD {  // Its loops are compiled for the vector path.

namespace pooling {

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

/// One plane. `row`: (windows - 1) stride + kernel numbers to work with.
template <bool maximum, class T>
void pool_plane(const FoldedPool<T>& pool, const T* x, T* y, T* row) {
  const auto &height = pool.geometry.height, &width = pool.geometry.width;
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
      for (Index j = 0; j < columns; ++j)
        y[j] /= pool.divisors[static_cast<std::size_t>(i * columns + j)];
  }
}

}  // namespace pooling

/// Pools the channels of each frame that exist in x [frames, channels, in_pixels]; where `fill`,
/// those of `wanted`, and those that do not exist become zero.
template <class T>
void pool_live(const FoldedPool<T>& pool, Index frames, Index channels, const T* x,
               ChannelLists live, ChannelLists wanted, T* y) {
  const auto& g = pool.geometry;
  const Index padded = (g.width.out() - 1) * g.width.stride + g.width.kernel;
  const Index grain = 1 + 16384 / (g.out_pixels() * g.height.kernel);  // planes
  const Index blocks = (channels + grain - 1) / grain;
  parallel_for(frames * blocks, 1, [&](Index task, Index) {
    thread_local kernels::Scratch<T> memory;
    T* row = memory(padded);
    const Index frame = task / blocks, first = task % blocks * grain;
    const Index last = std::min(channels, first + grain);
    const auto plane = [&](Index channel) {
      const Index at = frame * channels + channel;
      if (pool.maximum)
        pooling::pool_plane<true>(pool, x + at * g.in_pixels(), y + at * g.out_pixels(), row);
      else
        pooling::pool_plane<false>(pool, x + at * g.in_pixels(), y + at * g.out_pixels(), row);
    };
    const auto exist = channels_in(live, frame, first, last);
    if (!pool.fill) {
      for (Index i = 0; i < exist.count; ++i) plane(exist[i]);
      return;
    }
    Index next = 0;  // Both lists increase: walk them side by side.
    const auto asked = channels_in(wanted, frame, first, last);
    for (Index i = 0; i < asked.count; ++i) {
      while (next < exist.count && exist[next] < asked[i]) ++next;
      if (next < exist.count && exist[next] == asked[i])
        plane(asked[i]);
      else
        std::fill_n(y + (frame * channels + asked[i]) * g.out_pixels(), g.out_pixels(), T{0});
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::infer
