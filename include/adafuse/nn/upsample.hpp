// Upsample, PixelShuffle, PixelUnshuffle: layers without parameters that change the size of images.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/interpolate.hpp>
#include <adafuse/ops/pixel_shuffle.hpp>

namespace adafuse::nn {

/// x in another size: `nn::Upsample<float>{{.scale_factor = 2}}`.
template <class T>
struct Upsample {
  using value_type = T;
  InterpolateOptions options;  ///< A size or a factor.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return interpolate(x, options); }
  void visit(Visitor<T>&) const {}
};

/// [N, c r^2, h, w] -> [N, c, h r, w r], r the `upscale_factor`.
template <class T>
struct PixelShuffle {
  using value_type = T;
  Index upscale_factor = 1;  ///< r
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return pixel_shuffle(x, upscale_factor);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, h r, w r] -> [N, c r^2, h, w], r the `downscale_factor`.
template <class T>
struct PixelUnshuffle {
  using value_type = T;
  Index downscale_factor = 1;  ///< r
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return pixel_unshuffle(x, downscale_factor);
  }
  void visit(Visitor<T>&) const {}
};

}  // namespace adafuse::nn
