// 3-d convolution, over depth (or time), height and width: one 2-d convolution.
//
// Output frame o reads kd frames of each channel. Those are listed as kd neighbouring channels of
// one image, so that w [Co, Ci / groups, kd, kh, kw] is, as it lies in memory, the weight of a 2-d
// convolution with kd Ci input channels, groups included. The listing costs a copy of kd / stride
// frames for each of x; a sum of kd convolutions, one for each tap in depth, would keep the same
// copies for the gradient of its weights, and add up kd results besides. One convolution has kd
// times the products for each output that it writes, and clips have few channels at their bottom.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/conv1d.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/size3.hpp>
#include <adafuse/ops/take.hpp>
#include <adafuse/ops/unfold.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What conv3d is told: a number for all directions, or `{depth, height, width}`.
struct Conv3dOptions {
  Size3 stride = 1;    ///< voxels of x from one of y to the next
  Size3 padding = 0;   ///< zeros around x, on each side
  Size3 dilation = 1;  ///< voxels of x from one tap to the next
  Index groups = 1;    ///< Channels of one group read those of the same group alone.
};

namespace detail {

/// The windows in depth, and the convolution of the frames that they list: [N Do, Ci kd, H, W] with
/// [Co, Ci / groups kd, kh, kw].
struct Conv3dGeometry {
  Windows depth;
  kernels::Conv2dGeometry frames;
};

/// Throws ShapeError or ValueError, named after `op`, when the sizes do not fit.
inline Conv3dGeometry conv3d_geometry(const char* op, const Shape& x, const Shape& w,
                                      const Conv3dOptions& o) {
  require<ShapeError>(x.rank() == 5 && w.rank() == 5, op,
                      ": expects x [N,C,D,H,W] and weight [out,in/groups,kd,kh,kw], got x ", x,
                      " and weight ", w);
  require_channels(op, x, w, o.groups);
  const Windows depth(op, x[2], w[2], o.stride.depth, o.padding.depth, o.dilation.depth);
  const Checked frames = Checked(x[0]) * depth.count, channels = Checked(x[1]) * depth.kernel;
  require<ShapeError>(frames.fits() && channels.fits(), op, ": too large to count, x ", x,
                      " and weight ", w);
  return {depth, conv2d_geometry({frames.value(), channels.value(), x[3], x[4]},
                                 {w[0], w[1] * w[2], w[3], w[4]},
                                 {.stride = {o.stride.height, o.stride.width},
                                  .padding = {o.padding.height, o.padding.width},
                                  .dilation = {o.dilation.height, o.dilation.width},
                                  .groups = o.groups},
                                 op)};
}

/// Of [N, C, D', H, W], seen as N C D' frames, those that the windows read: window by window of
/// each example, then channel by channel, then tap by tap. D' counts the padding.
inline Tensor<std::int64_t> frames_of_windows(Index batch, Index channels, const Windows& depth) {
  auto frames = Tensor<std::int64_t>::uninitialized({batch, depth.count, channels, depth.kernel})
                    .reshape({-1});
  std::int64_t* to = frames.data();
  for (Index n = 0; n < batch; ++n)
    for (Index o = 0; o < depth.count; ++o)
      for (Index c = 0; c < channels; ++c)
        for (Index k = 0; k < depth.kernel; ++k)
          *to++ = (n * channels + c) * depth.padded() + o * depth.stride + k * depth.dilation;
  return frames;
}

/// x [N, C, D, H, W] -> [N Do, C kd, H, W]: the frames of each window as channels.
template <class T>
Variable<T> list_frames(const Variable<T>& x, const Conv3dGeometry& g) {
  const Index batch = x.size(0), channels = x.size(1), p = g.depth.padding;
  const Variable<T> all = p == 0 ? x : pad(x, {0, 0, 0, 0, p, p});
  const auto frames = reshape(all, {batch * channels * g.depth.padded(), x.size(3) * x.size(4)});
  return reshape(take_rows(frames, 0, frames_of_windows(batch, channels, g.depth)),
                 conv2d_input(g.frames));
}

/// The transpose of list_frames: [N Do, C kd, H, W] -> [N, C, D, H, W].
template <class T>
Variable<T> add_frames(const Variable<T>& x, Index batch, Index channels, const Conv3dGeometry& g) {
  const Index height = x.size(2), width = x.size(3), p = g.depth.padding;
  const auto frames = reshape(x, {x.size(0) * x.size(1), height * width});
  const auto all = put_rows(frames, 0, frames_of_windows(batch, channels, g.depth),
                            batch * channels * g.depth.padded());
  const auto y = reshape(all, {batch, channels, g.depth.padded(), height, width});
  return p == 0 ? y : pad(y, {0, 0, 0, 0, -p, -p});
}

}  // namespace detail

/// y(n, o, l, i, j) = b(o) + sum over c, r, p, q of w(o, c, r, p, q) x(n, c, l stride - padding + r
/// dilation, ...i and p, ...j and q), for x [N, Ci, D, H, W], w [Co, Ci / groups, kd, kh, kw], bias
/// [Co] (may be undefined) -> y [N, Co, Do, Ho, Wo], sizes as of conv2d. Throws ShapeError or
/// ValueError when sizes do not fit.
template <Operand X>
Variable<scalar_of<X>> conv3d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Variable<scalar_of<X>>& bias,
                              const Conv3dOptions& options = {}) {
  const Variable<scalar_of<X>> x = input;
  const auto g = detail::conv3d_geometry("conv3d", x.shape(), weight.shape(), options);
  detail::require_bias("conv3d", bias, g.frames.out_channels);
  const auto y = detail::conv2d(g.frames, detail::list_frames(x, g),
                                reshape(weight, detail::conv2d_weight(g.frames)), bias,
                                kernels::ConvAlgorithm::automatic);
  const auto frames = reshape(y, {x.size(0), g.depth.count, g.frames.out_channels,
                                  g.frames.out_height(), g.frames.out_width()});
  return permute(frames, {0, 2, 1, 3, 4});
}

/// The same without a bias.
template <Operand X>
Variable<scalar_of<X>> conv3d(const X& input, const Variable<scalar_of<X>>& weight,
                              const Conv3dOptions& options = {}) {
  return conv3d(input, weight, Variable<scalar_of<X>>(), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
