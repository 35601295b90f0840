// 2-d convolution and its two gradients. Each of the three is linear in each of its arguments, and
// each is differentiated by the other two: with <dy, conv(x, w)> = <data(dy, w), x> =
// <weights(x, dy), w> one trilinear form is read in three ways.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size2.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What conv2d is told: a number for both directions, or `{height, width}`.
struct Conv2dOptions {
  Size2 stride = 1;    ///< pixels of x from one of y to the next
  Size2 padding = 0;   ///< zeros around x, on each side
  Size2 dilation = 1;  ///< pixels of x from one tap to the next
  Index groups = 1;    ///< Channels of one group read those of the same group alone.
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::automatic;  ///< of the forward pass
};

/// The sizes of the convolution of x [N, Ci, H, W] with w [Co, Ci / groups, kh, kw]. Throws
/// ShapeError or ValueError, named after `op`, when they do not fit.
inline kernels::Conv2dGeometry conv2d_geometry(const Shape& x, const Shape& w,
                                               const Conv2dOptions& options = {},
                                               const char* op = "conv2d") {
  require<ShapeError>(x.rank() == 4 && w.rank() == 4, op, ": expects x [N,C,H,W] and weight ",
                      "[out,in/groups,kh,kw], got x ", x, " and weight ", w);
  require<ValueError>(options.groups >= 1, op, ": groups is at least 1, got ", options.groups);
  require<ShapeError>(x[1] % options.groups == 0 && x[1] / options.groups == w[1], op, ": weight ",
                      w, " expects ", w[1], " input channels",
                      options.groups == 1 ? "" : " in each group", ", x ", x, " has ", x[1]);
  kernels::Conv2dGeometry g{.batch = x[0],
                            .in_channels = x[1],
                            .in_height = x[2],
                            .in_width = x[3],
                            .out_channels = w[0],
                            .kernel_height = w[2],
                            .kernel_width = w[3],
                            .stride_height = options.stride.height,
                            .stride_width = options.stride.width,
                            .padding_height = options.padding.height,
                            .padding_width = options.padding.width,
                            .dilation_height = options.dilation.height,
                            .dilation_width = options.dilation.width,
                            .groups = options.groups};
  g.check(op);
  // A stride beyond the padded image leaves one output, and one tap has no dilation: kernels need
  // not meet numbers that nothing depends on.
  const auto limit = [](Index& stride, Index in, Index padding, Index kernel, Index& dilation) {
    stride = std::min(stride, in + 2 * padding);
    if (kernel == 1) dilation = 1;
  };
  limit(g.stride_height, g.in_height, g.padding_height, g.kernel_height, g.dilation_height);
  limit(g.stride_width, g.in_width, g.padding_width, g.kernel_width, g.dilation_width);
  return g;
}

namespace detail {

inline Shape conv2d_input(const kernels::Conv2dGeometry& g) {
  return {g.batch, g.in_channels, g.in_height, g.in_width};
}
inline Shape conv2d_weight(const kernels::Conv2dGeometry& g) {
  return {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width};
}
inline Shape conv2d_output(const kernels::Conv2dGeometry& g) {
  return {g.batch, g.out_channels, g.out_height(), g.out_width()};
}

template <class T>
Variable<T> conv2d(const kernels::Conv2dGeometry& g, const Variable<T>& x, const Variable<T>& w,
                   const Variable<T>& bias, kernels::ConvAlgorithm algorithm);

}  // namespace detail

template <class T>
Variable<T> conv2d_backward_weights(const kernels::Conv2dGeometry& g, const Variable<T>& x,
                                    const Variable<T>& dy);

/// dx [N, Ci, H, W], the gradient in x of the convolution with w [Co, Ci / groups, kh, kw], when dy
/// [N, Co, Ho, Wo] arrives: the transposed convolution of dy.
template <class T>
Variable<T> conv2d_backward_data(const kernels::Conv2dGeometry& g, const Variable<T>& dy,
                                 const Variable<T>& w) {
  require<ShapeError>(
      dy.shape() == detail::conv2d_output(g) && w.shape() == detail::conv2d_weight(g),
      "conv2d_backward_data: expects dy ", detail::conv2d_output(g), " and weight ",
      detail::conv2d_weight(g), ", got ", dy.shape(), " and ", w.shape());
  auto dx = Tensor<T>::uninitialized(detail::conv2d_input(g));
  kernels::conv2d_backward_data(g, dy.value().data(), w.value().data(), dx.data());
  // <h, data(dy, w)> = <dy, conv(h, w)> = <weights(h, dy), w>
  return record(
      "conv2d_backward_data", dx, {dy, w}, [g, dy, w](const Variable<T>& h) -> Gradients<T> {
        const auto automatic = kernels::ConvAlgorithm::automatic;
        return {dy.requires_grad() ? detail::conv2d<T>(g, h, w, {}, automatic) : Variable<T>(),
                w.requires_grad() ? conv2d_backward_weights(g, h, dy) : Variable<T>()};
      });
}

/// dw [Co, Ci / groups, kh, kw], the gradient in the weights of the convolution of x [N, Ci, H, W],
/// when dy [N, Co, Ho, Wo] arrives.
template <class T>
Variable<T> conv2d_backward_weights(const kernels::Conv2dGeometry& g, const Variable<T>& x,
                                    const Variable<T>& dy) {
  require<ShapeError>(
      x.shape() == detail::conv2d_input(g) && dy.shape() == detail::conv2d_output(g),
      "conv2d_backward_weights: expects x ", detail::conv2d_input(g), " and dy ",
      detail::conv2d_output(g), ", got ", x.shape(), " and ", dy.shape());
  auto dw = Tensor<T>::uninitialized(detail::conv2d_weight(g));
  kernels::conv2d_backward_weights(g, x.value().data(), dy.value().data(), dw.data());
  // <h, weights(x, dy)> = <data(dy, h), x> = <dy, conv(x, h)>
  return record(
      "conv2d_backward_weights", dw, {x, dy}, [g, x, dy](const Variable<T>& h) -> Gradients<T> {
        const auto automatic = kernels::ConvAlgorithm::automatic;
        return {x.requires_grad() ? conv2d_backward_data(g, dy, h) : Variable<T>(),
                dy.requires_grad() ? detail::conv2d<T>(g, x, h, {}, automatic) : Variable<T>()};
      });
}

namespace detail {

// y = x * w + b  =>  dx = data(dy, w), dw = weights(x, dy), db = sum of dy over N, H, W
template <class T>
Variable<T> conv2d(const kernels::Conv2dGeometry& g, const Variable<T>& x, const Variable<T>& w,
                   const Variable<T>& bias, kernels::ConvAlgorithm algorithm) {
  auto y = Tensor<T>::uninitialized(conv2d_output(g));
  const T* shift = bias.defined() ? bias.value().data() : nullptr;
  kernels::conv2d(g, x.value().data(), w.value().data(), y.data(),
                  {.algorithm = algorithm, .epilogue = {.shift = shift}});
  return record("conv2d", y, {x, w, bias}, [g, x, w, bias](const Variable<T>& dy) -> Gradients<T> {
    const Shape channel{1, g.out_channels, 1, 1};
    return {x.requires_grad() ? conv2d_backward_data(g, dy, w) : Variable<T>(),
            w.requires_grad() ? conv2d_backward_weights(g, x, dy) : Variable<T>(),
            bias.requires_grad() ? reshape(sum_to(dy, channel), bias.shape()) : Variable<T>()};
  });
}

}  // namespace detail

/// y(n, o, i, j) = b(o) + sum over c, p, q of
///   w(o, c, p, q) x(n, c, i stride - padding + p dilation, j stride - padding + q dilation),
/// for x [N, Ci, H, W], w [Co, Ci / groups, kh, kw], bias [Co] (may be undefined) -> y [N, Co, Ho,
/// Wo], Ho = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1. Output channel o reads the input
/// channels of its group. Throws ShapeError or ValueError when sizes do not fit.
template <Operand X>
Variable<scalar_of<X>> conv2d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Variable<scalar_of<X>>& bias,
                              const Conv2dOptions& options = {}) {
  const auto x = as_variable(input);
  const auto g = conv2d_geometry(x.shape(), weight.shape(), options);
  require<ShapeError>(!bias.defined() || bias.shape() == Shape{g.out_channels},
                      "conv2d: expects bias [", g.out_channels, "], got ", bias.shape());
  return detail::conv2d(g, x, weight, bias, options.algorithm);
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv2d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Conv2dOptions& options = {}) {
  return conv2d(input, weight, Variable<scalar_of<X>>(), options);
}

/// None of whole numbers, such as the bytes of pictures, or of two types of number: cast one, as in
/// `conv2d(x.cast<float>(), w)`.
template <class X, NoOperands<X> W>
void conv2d(const X& cast_to_one_floating_type, const W&, const Conv2dOptions& = {}) = delete;
template <class X, NoOperands<X> W, class Bias>
void conv2d(const X& cast_to_one_floating_type, const W&, const Bias&,
            const Conv2dOptions& = {}) = delete;

}  // namespace adafuse::inline ADAFUSE_SIMD
