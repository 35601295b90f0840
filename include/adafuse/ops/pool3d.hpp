// Pooling of volumes [N, C, D, H, W]: of each frame, then over depth.
//
// The largest of a box is the largest of those of its frames, and the first of equals among them is
// in the first frame that has it. The mean of a box is the mean of the means of its frames, for
// what a window counts is a product of three lengths. So both are two poolings of images, the
// second of columns D of H W positions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size3.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What max_pool3d and avg_pool3d are told: a number for all directions, or `{depth, height,
/// width}`.
struct Pool3dOptions {
  Size3 kernel;                                ///< voxels of x under one window
  Size3 stride = kernel;                       ///< from one window to the next
  Size3 padding = 0;                           ///< around x, on each side
  bool ceil_mode = false;                      ///< a last window may reach over the edge
  bool count_include_pad = true;               ///< averages count the padding as zeros
  std::optional<Index> divisor_override = {};  ///< what averages divide by; the count without
};

namespace detail {

struct Pool3dGeometry {
  kernels::Pool2dGeometry frames, depth;
};

/// The sizes of the pooling of x [N, C, D, H, W]. Throws ShapeError or ValueError, named after
/// `op`.
inline Pool3dGeometry pool3d_geometry(const char* op, const Shape& x, const Pool3dOptions& o) {
  require<ShapeError>(x.rank() == 5, op, ": expects x [N,C,D,H,W], got ", x);
  const auto frames = pool2d_geometry(op, {x[0], x[1] * x[2], x[3], x[4]},
                                      {.kernel = {o.kernel.height, o.kernel.width},
                                       .stride = {o.stride.height, o.stride.width},
                                       .padding = {o.padding.height, o.padding.width},
                                       .ceil_mode = o.ceil_mode,
                                       .count_include_pad = o.count_include_pad});
  return {frames, pool2d_geometry(op, {x[0], x[1], x[2], frames.out_pixels()},
                                  {.kernel = {o.kernel.depth, 1},
                                   .stride = {o.stride.depth, 1},
                                   .padding = {o.padding.depth, 0},
                                   .ceil_mode = o.ceil_mode,
                                   .count_include_pad = o.count_include_pad})};
}

/// `pool(geometry, images)` of the frames of x, and then over depth.
template <class T, class Pool>
Variable<T> pool3d(const Variable<T>& x, const Pool3dGeometry& g, const Pool& pool) {
  const Index n = x.size(0), c = x.size(1), d = x.size(2);
  const auto frames = pool(g.frames, reshape(x, {n, c * d, x.size(3), x.size(4)}));
  const auto y = pool(g.depth, reshape(frames, {n, c, d, g.frames.out_pixels()}));
  return reshape(y, {n, c, g.depth.height.out(), g.frames.height.out(), g.frames.width.out()});
}

}  // namespace detail

/// y(n, c, l, i, j) = the largest of window (l, i, j): x [N, C, D, H, W] -> y [N, C, Do, Ho, Wo],
/// sizes as of max_pool2d. The first maximum gets the gradient; a NaN is the maximum.
template <Operand X>
Variable<scalar_of<X>> max_pool3d(const X& input, const Pool3dOptions& options) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  return detail::pool3d(
      x, detail::pool3d_geometry("max_pool3d", x.shape(), options),
      [](const auto& g, const Variable<T>& images) { return detail::max_pool2d(g, images); });
}

/// y(n, c, l, i, j) = the mean of window (l, i, j), sizes as of max_pool3d. Padding counts as
/// zeros, or not at all without `count_include_pad`. With `divisor_override` it is the sum of the
/// window divided by that.
template <Operand X>
Variable<scalar_of<X>> avg_pool3d(const X& input, const Pool3dOptions& options) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const auto geometry = detail::pool3d_geometry("avg_pool3d", x.shape(), options);
  const auto y = detail::pool3d(x, geometry, [](const auto& g, const Variable<T>& images) {
    return detail::avg_pool2d(g, images);
  });
  if (!options.divisor_override) return y;
  const auto in_frames = detail::counts_of_windows<T>(geometry.frames);
  auto in_depth = Tensor<T>::uninitialized({geometry.depth.height.out(), 1, 1});
  for (Index i = 0; i < in_depth.size(); ++i)
    in_depth.data()[i] = static_cast<T>(geometry.depth.counted(geometry.depth.height, i));
  return detail::divided_by("avg_pool3d", y, in_depth * in_frames, *options.divisor_override);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
