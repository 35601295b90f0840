// Transposed convolutions in 1, 2 and 3 dimensions: the gradient, in its input, of a convolution
// with the same options. What a convolution reads, this writes: y grows with the stride.
//
// A convolution with stride s makes inputs of s different sizes into outputs of one size:
// output_padding says which of them y has. Where it is as large as s, which a dilation allows, y
// has whole strides more than any such input; so many zeros follow x.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/conv1d.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/conv3d.hpp>
#include <adafuse/ops/pad.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What conv_transpose1d is told.
struct ConvTranspose1dOptions {
  Index stride = 1;          ///< positions of y from one of x to the next
  Index padding = 0;         ///< Of the convolution: y is shorter by as much at both ends.
  Index output_padding = 0;  ///< How much longer y is at its end.
  Index groups = 1;          ///< Channels of one group read those of the same group alone.
  Index dilation = 1;        ///< positions of y from one tap to the next
};

/// What conv_transpose2d is told: a number for both directions, or `{height, width}`.
struct ConvTranspose2dOptions {
  Size2 stride = 1;          ///< pixels of y from one of x to the next
  Size2 padding = 0;         ///< Of the convolution: y is smaller by as much at both ends.
  Size2 output_padding = 0;  ///< How much larger y is at its end.
  Index groups = 1;          ///< Channels of one group read those of the same group alone.
  Size2 dilation = 1;        ///< pixels of y from one tap to the next
};

/// What conv_transpose3d is told: a number for all directions, or `{depth, height, width}`.
struct ConvTranspose3dOptions {
  Size3 stride = 1;          ///< voxels of y from one of x to the next
  Size3 padding = 0;         ///< Of the convolution: y is smaller by as much at both ends.
  Size3 output_padding = 0;  ///< How much larger y is at its end.
  Index groups = 1;          ///< Channels of one group read those of the same group alone.
  Size3 dilation = 1;        ///< voxels of y from one tap to the next
};

namespace detail {

/// One dimension of a transposed convolution.
struct TransposedAxis {
  Index size;   // of y
  Index zeros;  // that follow x
};
inline TransposedAxis transposed_axis(const char* op, Index in, Index kernel, Index stride,
                                      Index padding, Index output_padding, Index dilation) {
  require<ShapeError>(in >= 1 && kernel >= 1, op, ": expects positions and a kernel, got ", in,
                      " and ", kernel);
  require<ValueError>(stride >= 1 && dilation >= 1 && padding >= 0, op,
                      ": stride and dilation are at least 1 and padding is not negative, got ",
                      stride, ", ", dilation, " and ", padding);
  require<ValueError>(0 <= output_padding && output_padding < std::max(stride, dilation), op,
                      ": output_padding is below stride ", stride, " or dilation ", dilation,
                      ", got ", output_padding);
  const Checked size = (Checked(in) - 1) * stride - Checked(padding) * 2 +
                       Checked(dilation) * (kernel - 1) + output_padding + 1;
  require<ShapeError>(size.fits() && size.value() >= 1, op, ": of ", in,
                      " positions nothing is left by kernel ", kernel, ", stride ", stride,
                      ", padding ", padding);
  return {size.value(), output_padding / stride};
}

/// Throws ShapeError or ValueError, named after `op`, unless w [Ci, Co / groups, ...] has the
/// channels of x [N, Ci, ...] and the bias those of y.
template <class T>
void require_transposed_channels(const char* op, const Variable<T>& x, const Variable<T>& w,
                                 const Variable<T>& bias, Index groups) {
  require<ValueError>(groups >= 1, op, ": groups is at least 1, got ", groups);
  require<ShapeError>(x.size(1) == w.size(0), op, ": weight ", w.shape(), " expects ", w.size(0),
                      " input channels, x ", x.shape(), " has ", x.size(1));
  require<ShapeError>(w.size(0) >= 1 && w.size(1) >= 1 && w.size(0) % groups == 0, op, ": ", groups,
                      " groups do not divide the channels of weight ", w.shape());
  require_bias(op, bias, w.size(1) * groups);
}

/// y + bias, channel by channel.
template <class T>
Variable<T> with_channel_bias(const Variable<T>& y, const Variable<T>& bias) {
  if (!bias.defined()) return y;
  Shape channel{1, bias.size()};
  for (Index d = 2; d < y.rank(); ++d) channel.push_back(1);
  return y + reshape(bias, channel);
}

template <class T>
Variable<T> conv_transpose2d(const char* op, const Variable<T>& x, const Variable<T>& w,
                             const Variable<T>& bias, const ConvTranspose2dOptions& o) {
  require_transposed_channels(op, x, w, bias, o.groups);
  const auto down = transposed_axis(op, x.size(2), w.size(2), o.stride.height, o.padding.height,
                                    o.output_padding.height, o.dilation.height);
  const auto right = transposed_axis(op, x.size(3), w.size(3), o.stride.width, o.padding.width,
                                     o.output_padding.width, o.dilation.width);
  const auto g = conv2d_geometry(
      {x.size(0), w.size(1) * o.groups, down.size, right.size}, w.shape(),
      {.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups}, op);
  const Variable<T> all =
      down.zeros + right.zeros == 0 ? x : pad(x, {0, right.zeros, 0, down.zeros});
  return with_channel_bias(conv2d_backward_data(g, all, w), bias);
}

}  // namespace detail

/// y(n, o, i stride - padding + q dilation) += w(c, o, q) x(n, c, i), and b(o): for x [N, Ci, L], w
/// [Ci, Co / groups, k], bias [Co] (may be undefined) -> y [N, Co, Lo], Lo = (L - 1) stride - 2
/// padding + dilation (k - 1) + output_padding + 1. Throws ShapeError or ValueError when sizes do
/// not fit.
template <Operand X>
Variable<scalar_of<X>> conv_transpose1d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const Variable<scalar_of<X>>& bias,
                                        const ConvTranspose1dOptions& options = {}) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() == 3 && weight.rank() == 3,
                      "conv_transpose1d: expects x [N,C,L] and weight [in,out/groups,k], got x ",
                      x.shape(), " and weight ", weight.shape());
  const auto y =
      detail::conv_transpose2d("conv_transpose1d", reshape(x, detail::with_one_row(x.shape())),
                               reshape(weight, detail::with_one_row(weight.shape())), bias,
                               {.stride = {1, options.stride},
                                .padding = {0, options.padding},
                                .output_padding = {0, options.output_padding},
                                .groups = options.groups,
                                .dilation = {1, options.dilation}});
  return reshape(y, {y.size(0), y.size(1), y.size(3)});
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv_transpose1d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const ConvTranspose1dOptions& options = {}) {
  return conv_transpose1d(input, weight, Variable<scalar_of<X>>(), options);
}

/// The same for x [N, Ci, H, W] and w [Ci, Co / groups, kh, kw] -> y [N, Co, Ho, Wo].
template <Operand X>
Variable<scalar_of<X>> conv_transpose2d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const Variable<scalar_of<X>>& bias,
                                        const ConvTranspose2dOptions& options = {}) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() == 4 && weight.rank() == 4,
                      "conv_transpose2d: expects x [N,C,H,W] and weight [in,out/groups,kh,kw], ",
                      "got x ", x.shape(), " and weight ", weight.shape());
  return detail::conv_transpose2d("conv_transpose2d", x, weight, bias, options);
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv_transpose2d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const ConvTranspose2dOptions& options = {}) {
  return conv_transpose2d(input, weight, Variable<scalar_of<X>>(), options);
}

/// The same for x [N, Ci, D, H, W] and w [Ci, Co / groups, kd, kh, kw] -> y [N, Co, Do, Ho, Wo].
template <Operand X>
Variable<scalar_of<X>> conv_transpose3d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const Variable<scalar_of<X>>& bias,
                                        const ConvTranspose3dOptions& options = {}) {
  using T = scalar_of<X>;
  constexpr const char* op = "conv_transpose3d";
  const Variable<T> x = input, w = weight;
  const auto& o = options;
  require<ShapeError>(x.rank() == 5 && w.rank() == 5, op,
                      ": expects x [N,C,D,H,W] and weight [in,out/groups,kd,kh,kw], got x ",
                      x.shape(), " and weight ", w.shape());
  detail::require_transposed_channels(op, x, w, bias, o.groups);
  const auto depth =
      detail::transposed_axis(op, x.size(2), w.size(2), o.stride.depth, o.padding.depth,
                              o.output_padding.depth, o.dilation.depth);
  const auto down =
      detail::transposed_axis(op, x.size(3), w.size(3), o.stride.height, o.padding.height,
                              o.output_padding.height, o.dilation.height);
  const auto right =
      detail::transposed_axis(op, x.size(4), w.size(4), o.stride.width, o.padding.width,
                              o.output_padding.width, o.dilation.width);
  const Index batch = x.size(0), out = w.size(1) * o.groups;
  // Each step of conv3d backwards: y = list_frames^T data(x, w).
  const auto g = detail::conv3d_geometry(
      op, {batch, out, depth.size, down.size, right.size}, w.shape(),
      {.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups});
  const Variable<T> all = depth.zeros + down.zeros + right.zeros == 0
                              ? x
                              : pad(x, {0, right.zeros, 0, down.zeros, 0, depth.zeros});
  const auto frames = reshape(permute(all, {0, 2, 1, 3, 4}), detail::conv2d_output(g.frames));
  const auto y =
      conv2d_backward_data(g.frames, frames, reshape(w, detail::conv2d_weight(g.frames)));
  return detail::with_channel_bias(detail::add_frames(y, batch, out, g), bias);
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv_transpose3d(const X& input, const Variable<scalar_of<X>>& weight,
                                        const ConvTranspose3dOptions& options = {}) {
  return conv_transpose3d(input, weight, Variable<scalar_of<X>>(), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
