// Conv2dGeometry: the sizes of one convolution, named once and checked once.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/core/shape.hpp>

namespace adafuse::kernels {

/// x [batch, in_channels, in_height, in_width] * w [out_channels, in_channels / groups,
/// kernel_height, kernel_width]  ->  y [batch, out_channels, out_height, out_width].
struct Conv2dGeometry {
  Index batch = 0, in_channels = 0, in_height = 0, in_width = 0, out_channels = 0;
  Index kernel_height = 1, kernel_width = 1;
  Index stride_height = 1, stride_width = 1;
  Index padding_height = 0, padding_width = 0;
  Index dilation_height = 1, dilation_width = 1;
  Index groups = 1;

  ADAFUSE_INLINE Index out_height() const {
    return (in_height + 2 * padding_height - dilation_height * (kernel_height - 1) - 1) /
               stride_height +
           1;
  }
  ADAFUSE_INLINE Index out_width() const {
    return (in_width + 2 * padding_width - dilation_width * (kernel_width - 1) - 1) / stride_width +
           1;
  }
  ADAFUSE_INLINE Index in_pixels() const { return in_height * in_width; }
  ADAFUSE_INLINE Index out_pixels() const { return out_height() * out_width(); }
  /// Positions of the kernel window: 9 for 3x3.
  ADAFUSE_INLINE Index taps() const { return kernel_height * kernel_width; }
  ADAFUSE_INLINE Index in_channels_per_group() const { return in_channels / groups; }
  ADAFUSE_INLINE Index out_channels_per_group() const { return out_channels / groups; }
  ADAFUSE_INLINE Index weight_size() const {
    return out_channels * in_channels_per_group() * taps();
  }

  /// Multiply-accumulates of one frame (one element of the batch), padded taps included.
  ADAFUSE_INLINE Index macs() const {
    return out_channels * in_channels_per_group() * taps() * out_pixels();
  }

  /// The longest stride and dilation: times any size of an image they are within an Index.
  static constexpr Index longest_step = Index{1} << 31;

  /// Throws ShapeError (ValueError for strides and dilations) unless this is a convolution whose
  /// multiply-accumulates can be counted; then every size above and every position is within an
  /// Index. Messages are named after `op`.
  ADAFUSE_INLINE void check(const char* op = "conv2d") const {
    const auto is_step = [](Index step) { return 1 <= step && step <= longest_step; };
    require<ValueError>(is_step(stride_height) && is_step(stride_width), op,
                        ": strides are at least 1 and at most 2^31, got ", stride_height, " and ",
                        stride_width);
    require<ValueError>(is_step(dilation_height) && is_step(dilation_width), op,
                        ": dilations are at least 1 and at most 2^31, got ", dilation_height,
                        " and ", dilation_width);
    require<ValueError>(padding_height >= 0 && padding_width >= 0, op,
                        ": paddings are not negative, got ", padding_height, " and ",
                        padding_width);
    require<ValueError>(groups >= 1, op, ": groups is at least 1, got ", groups);
    require<ShapeError>(batch >= 0 && in_channels >= 1 && out_channels >= 1 && kernel_height >= 1 &&
                            kernel_width >= 1,
                        op, ": expects channels and a kernel, got ", in_channels, " -> ",
                        out_channels, " channels, kernel ", kernel_height, "x", kernel_width);
    require<ShapeError>(in_channels % groups == 0 && out_channels % groups == 0, op, ": ", groups,
                        " groups do not divide ", in_channels, " -> ", out_channels, " channels");
    const Checked height = Checked(in_height) + 2 * Checked(padding_height),
                  width = Checked(in_width) + 2 * Checked(padding_width),
                  reach_down = Checked(dilation_height) * (kernel_height - 1),
                  reach_right = Checked(dilation_width) * (kernel_width - 1);
    // An upper bound of the multiply-accumulates: every position of the padded image an output.
    const Checked products = Checked(std::max<Index>(batch, 1)) * out_channels *
                             in_channels_per_group() * kernel_height * kernel_width * height *
                             width;
    require<ShapeError>(reach_down.fits() && reach_right.fits() && products.fits(), op,
                        ": too large to count, images [", batch, ",", in_channels, ",", in_height,
                        ",", in_width, "], padding ", padding_height, "x", padding_width,
                        ", weights [", out_channels, ",", in_channels_per_group(), ",",
                        kernel_height, ",", kernel_width, "], dilation ", dilation_height, "x",
                        dilation_width);
    require<ShapeError>(reach_down.value() < height.value() && reach_right.value() < width.value(),
                        op, ": kernel ", kernel_height, "x", kernel_width, " (dilation ",
                        dilation_height, "x", dilation_width, ") is larger than the padded image ",
                        height.value(), "x", width.value());
  }

  ADAFUSE_INLINE friend bool operator==(const Conv2dGeometry&, const Conv2dGeometry&) = default;
};

}  // namespace adafuse::kernels
