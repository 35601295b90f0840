// im2col: the patches that a convolution reads, written as the columns of a matrix; col2im is its
// transpose. They turn any convolution into a matrix product.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <algorithm>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Output columns j whose tap `q` reads inside of the image lie in [begin, end).
struct ColumnRange {
  Index begin, end;
};
inline ColumnRange columns_inside(const Conv2dGeometry& g, Index q) {
  // 0 <= j * stride + offset < in_width
  const Index offset = q * g.dilation_width - g.padding_width, s = g.stride_width;
  const Index begin = offset >= 0 ? 0 : (-offset + s - 1) / s;
  const Index end = offset >= g.in_width ? 0 : (g.in_width - offset + s - 1) / s;
  const Index last = std::clamp<Index>(end, 0, g.out_width());
  return {std::min(begin, last), last};
}

/// One channel [in_height, in_width] -> columns [kernel_height * kernel_width, out_height *
/// out_width].
template <class T>
void im2col(const Conv2dGeometry& g, const T* channel, T* columns) {
  const Index width = g.out_width(), s = g.stride_width;
  for (Index p = 0; p < g.kernel_height; ++p)
    for (Index q = 0; q < g.kernel_width; ++q) {
      const auto [begin, end] = columns_inside(g, q);
      const Index offset = q * g.dilation_width - g.padding_width;
      for (Index i = 0; i < g.out_height(); ++i, columns += width) {
        const Index row = i * g.stride_height - g.padding_height + p * g.dilation_height;
        if (row < 0 || row >= g.in_height) {
          std::fill_n(columns, width, T{0});
          continue;
        }
        const T* source = channel + row * g.in_width + offset;
        std::fill_n(columns, begin, T{0});
        if (s == 1)
          std::copy(source + begin, source + end, columns + begin);
        else
          for (Index j = begin; j < end; ++j) columns[j] = source[j * s];
        std::fill(columns + end, columns + width, T{0});
      }
    }
}

/// Adds columns [kernel_height * kernel_width, out_height * out_width] onto one channel.
template <class T>
void col2im(const Conv2dGeometry& g, const T* columns, T* channel) {
  const Index width = g.out_width(), s = g.stride_width;
  for (Index p = 0; p < g.kernel_height; ++p)
    for (Index q = 0; q < g.kernel_width; ++q) {
      const auto [begin, end] = columns_inside(g, q);
      const Index offset = q * g.dilation_width - g.padding_width;
      for (Index i = 0; i < g.out_height(); ++i, columns += width) {
        const Index row = i * g.stride_height - g.padding_height + p * g.dilation_height;
        if (row < 0 || row >= g.in_height) continue;
        T* target = channel + row * g.in_width + offset;
        for (Index j = begin; j < end; ++j) target[j * s] += columns[j];
      }
    }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
