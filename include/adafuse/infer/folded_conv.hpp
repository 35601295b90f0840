// A convolution with all that follows it: y = relu(scale * conv + shift + residual), for the
// channels that exist and those that are wanted.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/live_lists.hpp>
#include <adafuse/kernels/conv2d.hpp>

namespace adafuse::infer {

template <class T>
struct FoldedConv {
  kernels::Conv2dGeometry geometry;  // of one frame
  Tensor<T> weight;                  // [out, in/groups, kh, kw], the model's own
  Tensor<T> scale, shift;            // [out], undefined where there is none
  Tensor<T> winograd_weights;        // [36, out, in], undefined where that cannot pay
  Tensor<T> lane_weights;            // turned, undefined where that cannot pay
  bool relu = false;
  /// `automatic` or `direct`.
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::automatic;

  /// x: [frames, in, h, w] -> y: [frames, out, h', w']. `residual` has y's shape, and may be y;
  /// null: there is none.
  void operator()(Index frames, const T* x, const T* residual, T* y, ChannelLists live,
                  ChannelLists wanted) const {
    auto g = geometry;
    g.batch = frames;
    const auto data = [](const Tensor<T>& t) { return t.defined() ? t.data() : nullptr; };
    kernels::Conv2dOptions<T> options{.algorithm = algorithm,
                                      .epilogue = {.scale = data(scale),
                                                   .shift = data(shift),
                                                   .residual = residual,
                                                   .relu = relu},
                                      .live_out = wanted,
                                      .live_in = live,
                                      .winograd_weights = data(winograd_weights),
                                      .lane_weights = data(lane_weights)};
    if (!winograd_weights.defined()) options.algorithm = kernels::ConvAlgorithm::direct;
    kernels::conv2d<T>(g, x, weight.data(), y, options);
  }

  /// Multiply-accumulates of a call, as a share of those of one frame with all channels.
  double work(Index frames, ChannelLists live, ChannelLists wanted) const {
    double pairs = 0;
    for (Index f = 0; f < frames; ++f)
      pairs += static_cast<double>(channel_count(live, f, geometry.in_channels)) *
               static_cast<double>(channel_count(wanted, f, geometry.out_channels));
    return pairs / static_cast<double>(geometry.in_channels * geometry.out_channels);
  }
};

}  // namespace adafuse::infer
