// Channels as pixels and back: upsampling that a network learns (Shi et al., "Real-time single
// image and video super-resolution using an efficient sub-pixel convolutional neural network",
// 2016).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// x [..., C, H, W] as [N, C, H, W]. Throws ShapeError or ValueError, named after `op`.
template <class T>
Variable<T> as_images(const char* op, const Variable<T>& x, Index factor) {
  require<ShapeError>(x.rank() >= 3, op, ": expects x [...,C,H,W], got ", x.shape());
  require<ValueError>(1 <= factor && factor <= Index{1} << 31, op,
                      ": the factor is at least 1 and at most 2^31, got ", factor);
  Index count = 1;
  for (Index d = 0; d + 3 < x.rank(); ++d) count *= x.size(d);
  return reshape(x, {count, x.size(-3), x.size(-2), x.size(-1)});
}

/// y [N, C, H, W] in the leading dimensions of x.
template <class T>
Variable<T> with_leading_of(const Variable<T>& x, const Variable<T>& y, Index c, Index h, Index w) {
  return reshape(y, x.shape().with(-3, c).with(-2, h).with(-1, w));
}

}  // namespace detail

/// y(c, i r + p, j r + q) = x((c r + p) r + q, i, j) for the factor r: x [..., C r^2, H, W] -> y
/// [..., C, H r, W r]. Throws ShapeError when r^2 does not divide the channels.
template <Operand X>
Variable<scalar_of<X>> pixel_shuffle(const X& input, Index upscale_factor) {
  const Variable<scalar_of<X>> x = input;
  const Index r = upscale_factor;
  const auto images = detail::as_images("pixel_shuffle", x, r);
  const Index n = images.size(0), h = x.size(-2), w = x.size(-1);
  require<ShapeError>(x.size(-3) % (r * r) == 0, "pixel_shuffle: ", r, "^2 does not divide the ",
                      x.size(-3), " channels of x ", x.shape());
  const Index c = x.size(-3) / (r * r);
  const auto y = permute(reshape(images, {n, c, r, r, h, w}), {0, 1, 4, 2, 5, 3});
  return detail::with_leading_of(x, y, c, h * r, w * r);
}

/// The inverse: x [..., C, H r, W r] -> y [..., C r^2, H, W]. Throws ShapeError when r does not
/// divide height and width.
template <Operand X>
Variable<scalar_of<X>> pixel_unshuffle(const X& input, Index downscale_factor) {
  const Variable<scalar_of<X>> x = input;
  const Index r = downscale_factor;
  const auto images = detail::as_images("pixel_unshuffle", x, r);
  require<ShapeError>(x.size(-2) % r == 0 && x.size(-1) % r == 0, "pixel_unshuffle: ", r,
                      " does not divide height and width of x ", x.shape());
  const Index n = images.size(0), c = x.size(-3), h = x.size(-2) / r, w = x.size(-1) / r;
  const auto y = permute(reshape(images, {n, c, h, r, w, r}), {0, 1, 3, 5, 2, 4});
  return detail::with_leading_of(x, y, c * r * r, h, w);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
