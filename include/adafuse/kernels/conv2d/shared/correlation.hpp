// Correlation: a convolution whose output size and position are free. Forward passes and, with
// other weights, backward passes are correlations; the kernels below this line know nothing else.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/range.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y(n, o, i, j) = sum over c, p, q of w(o, c, p, q) x(n, c, row(i, p), column(j, q)), where x is 0
/// outside of the image and c runs over the channels of the group of o.
struct Correlation {
  Index batch, groups;
  Index in_channels, in_height, in_width;
  Index out_channels, out_height, out_width;
  Index kernel_height, kernel_width;
  Index stride_height, stride_width;
  Index dilation_height, dilation_width;
  Index top, left;  // what tap (0, 0) of output (0, 0) reads: minus the padding

  bool operator==(const Correlation&) const = default;

  Index row(Index i, Index p) const { return i * stride_height + top + p * dilation_height; }
  Index column(Index j, Index q) const { return j * stride_width + left + q * dilation_width; }
  Index taps() const { return kernel_height * kernel_width; }
  Index in_pixels() const { return in_height * in_width; }
  Index out_pixels() const { return out_height * out_width; }
  // Of one group; small maps ask often, and divisions take long.
  Index ins() const { return groups == 1 ? in_channels : in_channels / groups; }
  Index outs() const { return groups == 1 ? out_channels : out_channels / groups; }
  /// Length of one row of weights.
  Index depth() const { return ins() * taps(); }
  Index macs() const { return batch * out_channels * depth() * out_pixels(); }

  /// Output and input are the same pixels, each channel one row of them.
  bool pointwise() const {
    return taps() == 1 && stride_height == 1 && stride_width == 1 && top == 0 && left == 0 &&
           out_height == in_height && out_width == in_width;
  }
  /// No output pixel reads beyond an edge.
  bool all_inside() const {
    return top >= 0 && row(out_height - 1, kernel_height - 1) < in_height && left >= 0 &&
           column(out_width - 1, kernel_width - 1) < in_width;
  }
  bool stride_one() const {
    return stride_height == 1 && stride_width == 1 && dilation_height == 1 && dilation_width == 1;
  }
  /// A step to the next output pixel, over the ends of rows too, is a step to the next input pixel.
  bool same_pitch() const {
    return stride_height == 1 && stride_width == 1 && out_width == in_width;
  }
};

inline Correlation forward_correlation(const Conv2dGeometry& g) {
  return {.batch = g.batch,
          .groups = g.groups,
          .in_channels = g.in_channels,
          .in_height = g.in_height,
          .in_width = g.in_width,
          .out_channels = g.out_channels,
          .out_height = g.out_height(),
          .out_width = g.out_width(),
          .kernel_height = g.kernel_height,
          .kernel_width = g.kernel_width,
          .stride_height = g.stride_height,
          .stride_width = g.stride_width,
          .dilation_height = g.dilation_height,
          .dilation_width = g.dilation_width,
          .top = -g.padding_height,
          .left = -g.padding_width};
}

/// The positions i in [0, count) with 0 <= start + i * step < size.
inline Range inside(Index start, Index step, Index size, Index count) {
  const Index begin = start >= 0 ? 0 : (-start + step - 1) / step;
  const Index end = start >= size ? 0 : (size - start + step - 1) / step;
  return {begin, end < count ? end : count};
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
