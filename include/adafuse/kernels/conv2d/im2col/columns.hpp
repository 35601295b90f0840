// im2col: the patches that a convolution reads, written as the columns of a matrix; col2im is its
// transpose. They turn any convolution into a matrix product.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <algorithm>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Calls `row(at, pixel, inside)` for each row of the columns of a channel, that is for each tap
/// and each row of outputs. The row begins at `at`. Its column j reads the pixel at pixel + j *
/// stride_width, if j lies in `inside`, and 0 elsewhere.
template <class Row>
void for_column_rows(const Conv2dGeometry& geometry, const Row& row) {
  const Correlation g = forward_correlation(geometry);
  Index at = 0;
  for (Index p = 0; p < g.kernel_height; ++p)
    for (Index q = 0; q < g.kernel_width; ++q) {
      const Range columns = inside(g.column(0, q), g.stride_width, g.in_width, g.out_width);
      for (Index i = 0; i < g.out_height; ++i, at += g.out_width) {
        const bool exists = g.row(i, p) >= 0 && g.row(i, p) < g.in_height;
        row(at, g.row(i, p) * g.in_width + g.column(0, q), exists ? columns : Range{});
      }
    }
}

/// One channel [in_height, in_width] -> columns [kernel_height * kernel_width, out_height *
/// out_width].
template <class T>
void im2col(const Conv2dGeometry& g, const T* channel, T* columns) {
  const Index width = g.out_width(), step = g.stride_width;
  for_column_rows(g, [&](Index at, Index pixel, Range inside) {
    T* const to = columns + at;
    if (inside.size() == 0) {
      std::fill_n(to, width, T{0});
      return;
    }
    std::fill_n(to, inside.begin, T{0});
    if (step == 1)
      std::copy_n(channel + (pixel + inside.begin), inside.size(), to + inside.begin);
    else
      for (Index j = inside.begin; j < inside.end; ++j) to[j] = channel[pixel + j * step];
    std::fill(to + inside.end, to + width, T{0});
  });
}

/// Adds columns [kernel_height * kernel_width, out_height * out_width] onto one channel.
template <class T>
void col2im(const Conv2dGeometry& g, const T* columns, T* channel) {
  const Index step = g.stride_width;
  for_column_rows(g, [&](Index at, Index pixel, Range inside) {
    for (Index j = inside.begin; j < inside.end; ++j) channel[pixel + j * step] += columns[at + j];
  });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
