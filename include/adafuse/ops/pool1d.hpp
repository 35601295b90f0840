// Pooling along a line [N, C, L]: that of an image with one row.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What max_pool1d and avg_pool1d are told.
struct Pool1dOptions {
  Index kernel = 0;               ///< positions of x under one window
  Index stride = kernel;          ///< from one window to the next
  Index padding = 0;              ///< at both ends of x
  bool ceil_mode = false;         ///< a last window may reach over the edge
  bool count_include_pad = true;  ///< averages count the padding as zeros
};

namespace detail {

/// The sizes of the pooling of x [N, C, L]. Throws ShapeError or ValueError, named after `op`.
inline kernels::Pool2dGeometry pool1d_geometry(const char* op, const Shape& x,
                                               const Pool1dOptions& o) {
  require<ShapeError>(x.rank() == 3, op, ": expects x [N,C,L], got ", x);
  return pool2d_geometry(op, {x[0], x[1], 1, x[2]},
                         {.kernel = {1, o.kernel},
                          .stride = {1, o.stride},
                          .padding = {0, o.padding},
                          .ceil_mode = o.ceil_mode,
                          .count_include_pad = o.count_include_pad});
}

}  // namespace detail

/// y(n, c, i) = max of x(n, c, i stride - padding + q) over the kernel's q that lie inside: x [N,
/// C, L] -> y [N, C, Lo], Lo = floor((L + 2 padding - kernel) / stride) + 1. The first maximum gets
/// the gradient; a NaN is the maximum.
template <Operand X>
Variable<scalar_of<X>> max_pool1d(const X& input, const Pool1dOptions& options) {
  const Variable<scalar_of<X>> x = input;
  const auto g = detail::pool1d_geometry("max_pool1d", x.shape(), options);
  const auto y = detail::max_pool2d(g, reshape(x, {x.size(0), x.size(1), 1, x.size(2)}));
  return reshape(y, {x.size(0), x.size(1), g.width.out()});
}

/// y(n, c, i) = the mean of window i: x [N, C, L] -> y [N, C, Lo], sizes as of max_pool1d. Padding
/// counts as zeros, or not at all without `count_include_pad`.
template <Operand X>
Variable<scalar_of<X>> avg_pool1d(const X& input, const Pool1dOptions& options) {
  const Variable<scalar_of<X>> x = input;
  const auto g = detail::pool1d_geometry("avg_pool1d", x.shape(), options);
  const auto y = detail::avg_pool2d(g, reshape(x, {x.size(0), x.size(1), 1, x.size(2)}));
  return reshape(y, {x.size(0), x.size(1), g.width.out()});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
