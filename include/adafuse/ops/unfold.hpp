// Windows of images as columns, and columns added up to images.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size2.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

struct UnfoldOptions {
  Size2 kernel;
  Size2 stride = 1;
  Size2 padding = 0;
  Size2 dilation = 1;
};

namespace detail {

/// The windows along one dimension: window o has the positions o stride + k dilation of the padded
/// dimension, for k < kernel.
struct Windows {
  Index size, kernel, stride, padding, dilation;
  Index count = 0;

  Windows(const char* op, Index size_, Index kernel_, Index stride_, Index padding_,
          Index dilation_)
      : size(size_), kernel(kernel_), stride(stride_), padding(padding_), dilation(dilation_) {
    require<ValueError>(kernel > 0 && stride > 0 && padding >= 0 && dilation > 0, op,
                        ": expects kernel, stride, dilation above 0 and padding from 0, got ",
                        kernel, ", ", stride, ", ", dilation, ", ", padding);
    const Checked last = (Checked(kernel) - 1) * dilation, all = Checked(padding) * 2 + size;
    require<ShapeError>(last.fits() && all.fits() && last.value() < all.value(), op, ": ", size,
                        " positions padded by ", padding, " have no window of ", kernel, " by ",
                        dilation);
    count = (all.value() - 1 - last.value()) / stride + 1;
    require<ShapeError>((Checked(kernel) * count).fits(), op, ": too many windows");
  }
  Index padded() const { return size + 2 * padding; }

  /// The positions of all windows, [kernel, count] in order.
  Tensor<std::int64_t> positions() const {
    auto result = Tensor<std::int64_t>::uninitialized(Shape{kernel, count}).reshape({-1});
    std::int64_t* to = result.data();
    for (Index k = 0; k < kernel; ++k)
      for (Index o = 0; o < count; ++o) *to++ = o * stride + k * dilation;
    return result;
  }
};

}  // namespace detail

/// y[n, (c kh + p) kw + q, i Wo + j] = x[n, c, i stride - padding + p dilation, ...q, j...]: the
/// window that a convolution reads at (i, j) as a column. x [N, C, H, W] -> y [N, C kh kw, Ho Wo].
/// Padding is 0. Throws ShapeError or ValueError when no window fits.
template <Operand X>
Variable<scalar_of<X>> unfold(const X& input, const UnfoldOptions& options) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() == 4, "unfold: expects x [N,C,H,W], got ", x.shape());
  const auto& o = options;
  const detail::Windows down("unfold", x.size(2), o.kernel.height, o.stride.height,
                             o.padding.height, o.dilation.height);
  const detail::Windows right("unfold", x.size(3), o.kernel.width, o.stride.width, o.padding.width,
                              o.dilation.width);
  const Index n = x.size(0), c = x.size(1);
  auto y = pad(x, {right.padding, right.padding, down.padding, down.padding});
  y = detail::take_rows(detail::take_rows(y, 2, down.positions()), 3, right.positions());
  y = reshape(y, {n, c, down.kernel, down.count, right.kernel, right.count});
  return reshape(permute(y, {0, 1, 2, 4, 3, 5}),
                 {n, c * down.kernel * right.kernel, down.count * right.count});
}

/// The transpose of unfold: each column is added to its window. x [N, C kh kw, Ho Wo] -> y [N, C,
/// H, W] of this height and width. Throws ShapeError or ValueError when they do not fit.
template <Operand X>
Variable<scalar_of<X>> fold(const X& input, Size2 size, const UnfoldOptions& options) {
  const Variable<scalar_of<X>> x = input;
  const auto& o = options;
  require<ShapeError>(size.height >= 0 && size.width >= 0, "fold: expects a size, got ", size);
  const detail::Windows down("fold", size.height, o.kernel.height, o.stride.height,
                             o.padding.height, o.dilation.height);
  const detail::Windows right("fold", size.width, o.kernel.width, o.stride.width, o.padding.width,
                              o.dilation.width);
  const Checked window = Checked(down.kernel) * right.kernel,
                windows = Checked(down.count) * right.count;
  require<ShapeError>(x.rank() == 3 && window.fits() && x.size(1) % window.value() == 0 &&
                          windows.fits() && x.size(2) == windows.value(),
                      "fold: expects columns [N,C*kh*kw,", down.count, "*", right.count,
                      "] of windows ", o.kernel, ", got ", x.shape());
  const Index n = x.size(0), c = x.size(1) / window.value();
  auto y = reshape(x, {n, c, down.kernel, right.kernel, down.count, right.count});
  y = reshape(permute(y, {0, 1, 2, 4, 3, 5}),
              {n, c, down.kernel * down.count, right.kernel * right.count});
  y = detail::put_rows(y, 3, right.positions(), right.padded());
  y = detail::put_rows(y, 2, down.positions(), down.padded());
  return pad(y, {-right.padding, -right.padding, -down.padding, -down.padding});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
