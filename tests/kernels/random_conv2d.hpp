// Random convolutions, and how far a path is from the naive loops on them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <algorithm>
#include <optional>
#include <vector>

#include "relative_error.hpp"

namespace adafuse::testing {

using kernels::Conv2dGeometry;
using kernels::ConvAlgorithm;

/// What `run()` gives with one thread, and with three.
template <class Run>
auto with_one_and_three_threads(const Run& run) {
  const int before = num_threads();
  set_num_threads(1);
  auto one = run();
  set_num_threads(3);
  auto three = run();
  set_num_threads(before);
  return std::pair(std::move(one), std::move(three));
}

/// Square maps and kernels, padded so that a stride of 1 keeps the size.
inline Conv2dGeometry square_convolution(Index batch, Index in, Index size, Index out,
                                         Index stride = 1, Index kernel = 3) {
  return {.batch = batch,
          .in_channels = in,
          .in_height = size,
          .in_width = size,
          .out_channels = out,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .padding_height = kernel / 2,
          .padding_width = kernel / 2};
}

/// Any convolution: odd sizes, strides, paddings, dilations, groups, a few channels or many.
inline Conv2dGeometry random_geometry(Draws& draw) {
  const auto up_to = [&](Index n) { return 1 + draw.integer(n); };
  Conv2dGeometry g;
  g.batch = up_to(4);
  g.groups = draw.chance(0.2) ? up_to(4) : 1;
  g.in_channels = g.groups * up_to(draw.chance(0.1) ? 130 : 10);
  g.out_channels = g.groups * up_to(draw.chance(0.1) ? 130 : 20);
  g.kernel_height = up_to(4), g.kernel_width = up_to(4);
  if (draw.chance(0.5)) g.kernel_height = g.kernel_width = 3;
  if (draw.chance(0.5)) g.stride_height = up_to(3), g.stride_width = up_to(3);
  if (draw.chance(0.3)) g.dilation_height = up_to(2), g.dilation_width = up_to(3);
  g.padding_height = draw.integer(3), g.padding_width = draw.integer(3);
  if (draw.chance(0.5))  // As many pixels out as in.
    g.padding_height = g.dilation_height * (g.kernel_height - 1) / 2,
    g.padding_width = g.dilation_width * (g.kernel_width - 1) / 2;
  const auto smallest = [](Index dilation, Index kernel, Index padding) {
    return std::max<Index>(1, dilation * (kernel - 1) + 1 - 2 * padding);
  };
  g.in_height = smallest(g.dilation_height, g.kernel_height, g.padding_height) + draw.integer(12);
  g.in_width = smallest(g.dilation_width, g.kernel_width, g.padding_width) +
               draw.integer(draw.chance(0.2) ? 67 : 14);
  // The naive loops are slow: fewer channels for large images.
  if (g.macs() > 60000) g.in_channels = g.out_channels = g.groups;
  return g;
}

/// One call with everything that a call may have, in a random selection.
template <class T>
class RandomConv2d {
 public:
  RandomConv2d(const Conv2dGeometry& geometry, Draws& draw, Key key)
      : g(geometry),
        x(Tensor<T>::randn({g.batch, g.in_channels, g.in_height, g.in_width}, key.of("x"))),
        w(Tensor<T>::randn(
            {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width},
            key.of("w"))),
        dy(Tensor<T>::randn({g.batch, g.out_channels, g.out_height(), g.out_width()},
                            key.of("dy"))),
        residual_(Tensor<T>::randn(dy.shape(), key.of("residual"))),
        scale_(Tensor<T>::randn({g.out_channels}, key.of("scale"))),
        shift_(Tensor<T>::randn({g.out_channels}, key.of("shift"))) {
    for (Index n = 0; n < g.batch; ++n) {
      live_out_.push_back(random_live(draw, g.out_channels));
      live_in_.push_back(random_live(draw, g.in_channels));
    }
    if (draw.chance(0.5)) options.epilogue.scale = scale_.data();
    if (draw.chance(0.5)) options.epilogue.shift = shift_.data();
    if (draw.chance(0.5)) options.epilogue.residual = residual_.data();
    if (draw.chance(0.5)) options.epilogue.activation = kernels::Activation::relu;
    if (draw.chance(0.4)) options.live_out = live_out_;
    if (draw.chance(0.4)) options.live_in = live_in_;
  }

  Tensor<T> forward(ConvAlgorithm algorithm) const {
    auto with = options;
    with.algorithm = algorithm;
    auto y = Tensor<T>::full(dy.shape(), T{7});  // Dead channels are to keep this.
    kernels::conv2d(g, x.data(), w.data(), y.data(), with);
    return y;
  }
  Tensor<T> backward_data(ConvAlgorithm algorithm) const {
    auto dx = Tensor<T>::full(x.shape(), T{7});
    kernels::conv2d_backward_data(g, dy.data(), w.data(), dx.data(), algorithm);
    return dx;
  }
  Tensor<T> backward_weights(ConvAlgorithm algorithm) const {
    auto dw = Tensor<T>::full(w.shape(), T{7});
    kernels::conv2d_backward_weights(g, x.data(), dy.data(), dw.data(), algorithm);
    return dw;
  }

  Conv2dGeometry g;
  Tensor<T> x, w, dy;
  kernels::Conv2dOptions<T> options;

 private:
  kernels::LiveChannels random_live(Draws& draw, Index channels) {
    if (draw.chance(0.2)) return {};
    std::vector<std::int32_t> list;
    const double share = draw.uniform();
    for (Index c = 0; c < channels; ++c)
      if (draw.chance(share)) list.push_back(static_cast<std::int32_t>(c));
    lists_.push_back(std::move(list));
    return kernels::LiveChannels(lists_.back());
  }

  std::vector<std::vector<std::int32_t>> lists_;  // A moved list keeps its elements where they are.
  std::vector<kernels::LiveChannels> live_out_, live_in_;
  Tensor<T> residual_, scale_, shift_;
};

/// Calls `visit(case)` for `count` random convolutions that `fits` accepts.
template <class T, class Fits, class Visit>
void for_random_convolutions(std::uint64_t seed, int count, const Fits& fits, const Visit& visit) {
  Draws draw{Key(seed)};
  for (int found = 0; found < count;) {
    auto g = random_geometry(draw);
    if (!fits(g)) continue;
    const RandomConv2d<T> one(g, draw, Key(seed).of(static_cast<std::uint64_t>(++found)));
    visit(one);
  }
}

}  // namespace adafuse::testing
