// Windows of images as columns, and columns added up to images.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size2.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What unfold and fold are told: a number for both directions, or `{height, width}`.
struct UnfoldOptions {
  Size2 kernel;        ///< pixels of one window
  Size2 stride = 1;    ///< from one window to the next
  Size2 padding = 0;   ///< zeros around x, on each side
  Size2 dilation = 1;  ///< pixels from one tap to the next
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
};

/// The windows of padded images [N, C, H, W] as [N, C, kh, kw, Ho, Wo], and how far apart their
/// elements lie in an image.
struct WindowLayout {
  Shape shape;
  kernels::Strides strides{};

  WindowLayout(Index n, Index c, const Windows& down, const Windows& right)
      : shape{n, c, down.kernel, right.kernel, down.count, right.count} {
    const Index width = right.padded();
    // Where there is one position, a stride or dilation may be as large as an Index.
    const auto step = [](Index distance, Index positions) { return positions > 1 ? distance : 0; };
    const Index all[] = {c * down.padded() * width,
                         down.padded() * width,
                         step(down.dilation, down.kernel) * width,
                         step(right.dilation, right.kernel),
                         step(down.stride, down.count) * width,
                         step(right.stride, right.count)};
    std::copy_n(all, 6, strides.begin());
  }
};

template <class T>
Variable<T> add_windows(const Variable<T>& x, const Windows& down, const Windows& right);

/// y[n, c, p, q, i, j] = x[n, c, i stride + p dilation, ...q, j...] for padded images x.
template <class T>
Variable<T> take_windows(const Variable<T>& x, const Windows& down, const Windows& right) {
  const WindowLayout windows(x.size(0), x.size(1), down, right);
  // Each element goes to all windows that hold it  =>  dx is the sum of dy over these
  return record("take_windows", kernels::gather_strided(x.value(), windows.shape, windows.strides),
                {x}, [down, right](const Variable<T>& dy) -> Gradients<T> {
                  return {add_windows(dy, down, right)};
                });
}

/// Its transpose: x [N, C, kh, kw, Ho, Wo], each element added to its place in padded images.
template <class T>
Variable<T> add_windows(const Variable<T>& x, const Windows& down, const Windows& right) {
  const Index n = x.size(0), c = x.size(1);
  const WindowLayout windows(n, c, down, right);
  auto y = Tensor<T>::uninitialized({n, c, down.padded(), right.padded()});
  const Index window = down.kernel * right.kernel, pixels = down.padded() * right.padded();
  const Index count = window * down.count * right.count;
  const T* const in = x.value().data();
  T* const out = y.data();
  parallel_for(n * c, 16384 / std::max<Index>(count, 1), Work::elements(pixels + 4 * count),
               [&, in, out, pixels, count](Index begin, Index end) {
                 for (Index plane = begin; plane < end; ++plane) {
                   T* const to = out + plane * pixels;
                   const T* from = in + plane * count;
                   std::fill_n(to, pixels, T{0});
                   for (Index p = 0; p < down.kernel; ++p)
                     for (Index q = 0; q < right.kernel; ++q)
                       for (Index i = 0; i < down.count; ++i, from += right.count) {
                         T* const row = to + p * windows.strides[2] + q * windows.strides[3] +
                                        i * windows.strides[4];
                         for (Index j = 0; j < right.count; ++j) row[j * right.stride] += from[j];
                       }
                 }
               });
  return record("add_windows", y, {x}, [down, right](const Variable<T>& dy) -> Gradients<T> {
    return {take_windows(dy, down, right)};
  });
}

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
  const auto padded = pad(x, {right.padding, right.padding, down.padding, down.padding});
  return reshape(detail::take_windows(padded, down, right),
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
  const auto columns = reshape(x, {n, c, down.kernel, right.kernel, down.count, right.count});
  const auto y = detail::add_windows(columns, down, right);
  return pad(y, {-right.padding, -right.padding, -down.padding, -down.padding});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
