// The largest of windows of any sizes, each a box in a volume [D, H, W]; an image has D = 1, a line
// H = 1 too.
//
// A row of windows is reduced to one row of W elements first, in vectors: the largest over depths
// and heights, and the first row that has it. Then each window looks along that row.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <array>
#include <cstdint>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// The positions [start, stop) of a dimension.
struct PoolWindow {
  Index start, stop;
};

/// The windows along each dimension of a volume, none of them empty.
struct PoolWindows {
  std::array<Index, 3> in;                         // D, H, W
  std::array<std::vector<PoolWindow>, 3> windows;  // along D, H, W

  Index in_size() const { return in[0] * in[1] * in[2]; }
  Index out_size() const {
    return std::ssize(windows[0]) * std::ssize(windows[1]) * std::ssize(windows[2]);
  }
};

namespace detail {

/// Whether v takes the place of `best`: it is larger, or the first NaN.
template <class T>
bool beats_maximum(T v, T best) {
  return v > best || (is_nan(v) && !is_nan(best));
}

/// top[w] = the largest of x[d, h, w] over the windows of d and h; `row` the first d H + h that has
/// it.
template <class T>
void largest_of_columns(const PoolWindows& p, PoolWindow depth, PoolWindow height, const T* x,
                        T* __restrict top, std::int32_t* __restrict row) {
  const Index width = p.in[2];
  bool first = true;
  for (Index d = depth.start; d < depth.stop; ++d)
    for (Index h = height.start; h < height.stop; ++h, first = false) {
      const Index number = d * p.in[1] + h;
      const T* __restrict from = x + number * width;
      const auto n = static_cast<std::int32_t>(number);
      if (first) {
        std::copy_n(from, width, top);
        std::fill_n(row, width, n);
        continue;
      }
      for (Index w = 0; w < width; ++w) {
        const bool better = beats_maximum(from[w], top[w]);
        top[w] = better ? from[w] : top[w];
        row[w] = better ? n : row[w];
      }
    }
}

/// The first in order of the largest elements of a window.
template <class T>
Index largest_column(PoolWindow window, const T* top, const std::int32_t* row) {
  Index best = window.start;
  for (Index w = window.start + 1; w < window.stop; ++w) {
    const bool equal = equals(top[w], top[best]) || (is_nan(top[w]) && is_nan(top[best]));
    if (beats_maximum(top[w], top[best]) || (equal && row[w] < row[best])) best = w;
  }
  return best;
}

}  // namespace detail

/// y = the largest element of each window of each of `planes` volumes, a NaN before all; the
/// position in its volume of the first that is, unless `positions` is null.
template <class T>
void adaptive_max_pool(const PoolWindows& p, Index planes, const T* x, T* y,
                       std::int32_t* positions) {
  const Index in_size = p.in_size(), out_size = p.out_size(), width = p.in[2];
  if (planes == 0) return;
  parallel_for(planes, elements_per_chunk / in_size, Work::elements(4 * in_size),
               [&, in_size, out_size, width](Index begin, Index end) {
                 thread_local Scratch<T> top_memory;
                 thread_local Scratch<std::int32_t> row_memory;
                 T* const top = top_memory(width);
                 std::int32_t* const row = row_memory(width);
                 for (Index plane = begin; plane < end; ++plane) {
                   Index o = plane * out_size;
                   for (const auto& depth : p.windows[0])
                     for (const auto& height : p.windows[1]) {
                       detail::largest_of_columns(p, depth, height, x + plane * in_size, top, row);
                       for (const auto& window : p.windows[2]) {
                         const Index w = detail::largest_column(window, top, row);
                         y[o] = top[w];
                         if (positions)
                           positions[o] = static_cast<std::int32_t>(row[w] * width + w);
                         ++o;
                       }
                     }
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
