// 1-d convolution: the one of images with a single row, by the same kernels.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/conv2d.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What conv1d is told.
struct Conv1dOptions {
  Index stride = 1;    ///< positions of x from one of y to the next
  Index padding = 0;   ///< zeros at both ends of x
  Index dilation = 1;  ///< positions of x from one tap to the next
  Index groups = 1;    ///< Channels of one group read those of the same group alone.
};

namespace detail {

/// [A, B, L] as [A, B, 1, L].
inline Shape with_one_row(const Shape& shape) { return {shape[0], shape[1], 1, shape[2]}; }

/// Throws ShapeError or ValueError, named after `op`, unless w [out, in / groups, ...] has the
/// channels of x [N, in, ...].
inline void require_channels(const char* op, const Shape& x, const Shape& w, Index groups) {
  require<ValueError>(groups >= 1, op, ": groups is at least 1, got ", groups);
  require<ShapeError>(x[1] % groups == 0 && x[1] / groups == w[1], op, ": weight ", w, " expects ",
                      w[1], " input channels", groups == 1 ? "" : " in each group", ", x ", x,
                      " has ", x[1]);
}

/// Throws ShapeError, named after `op`, unless the bias is [channels] or undefined.
template <class T>
void require_bias(const char* op, const Variable<T>& bias, Index channels) {
  require<ShapeError>(!bias.defined() || bias.shape() == Shape{channels}, op, ": expects bias [",
                      channels, "], got ", bias.shape());
}

}  // namespace detail

/// y(n, o, i) = b(o) + sum over c, q of w(o, c, q) x(n, c, i stride - padding + q dilation), for x
/// [N, Ci, L], w [Co, Ci / groups, k], bias [Co] (may be undefined) -> y [N, Co, Lo], Lo = (L + 2
/// padding - dilation (k - 1) - 1) / stride + 1. Output channel o reads the input channels of its
/// group. Throws ShapeError or ValueError when sizes do not fit.
template <Operand X>
Variable<scalar_of<X>> conv1d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Variable<scalar_of<X>>& bias,
                              const Conv1dOptions& options = {}) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() == 3 && weight.rank() == 3,
                      "conv1d: expects x [N,C,L] and weight [out,in/groups,k], got x ", x.shape(),
                      " and weight ", weight.shape());
  detail::require_channels("conv1d", x.shape(), weight.shape(), options.groups);
  const auto g =
      conv2d_geometry(detail::with_one_row(x.shape()), detail::with_one_row(weight.shape()),
                      {.stride = {1, options.stride},
                       .padding = {0, options.padding},
                       .dilation = {1, options.dilation},
                       .groups = options.groups},
                      "conv1d");
  detail::require_bias("conv1d", bias, g.out_channels);
  const auto y = detail::conv2d(g, reshape(x, detail::conv2d_input(g)),
                                reshape(weight, detail::conv2d_weight(g)), bias,
                                kernels::ConvAlgorithm::automatic);
  return reshape(y, {g.batch, g.out_channels, g.out_width()});
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv1d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Conv1dOptions& options = {}) {
  return conv1d(input, weight, Variable<scalar_of<X>>(), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
