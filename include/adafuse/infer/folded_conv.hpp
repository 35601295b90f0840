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
                                      .winograd_weights = data(winograd_weights)};
    if constexpr (std::is_same_v<T, float>) options.algorithm = choose(g, options);
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

 private:
  /// The kernels' model of cost, asked about as many channels as there are on average: with few of
  /// them left, Winograd's transforms of the others no longer pay.
  kernels::ConvAlgorithm choose(const kernels::Conv2dGeometry& g,
                                const kernels::Conv2dOptions<T>& options) const {
    if (algorithm != kernels::ConvAlgorithm::automatic || !winograd_weights.defined())
      return kernels::ConvAlgorithm::direct;
    const bool merge = kernels::all_live(options);
    auto smaller = kernels::forward_correlation(g);
    const auto mean_count = [&](ChannelLists lists, Index total) {
      Index sum = 0;
      for (Index f = 0; f < g.batch; ++f) sum += channel_count(lists, f, total);
      return std::max<Index>(2, sum / std::max<Index>(g.batch, 1));
    };
    smaller.in_channels = mean_count(options.live_in, g.in_channels);
    smaller.out_channels = mean_count(options.live_out, g.out_channels);
    return kernels::choose_algorithm(smaller, algorithm, merge, true);
  }
};

}  // namespace adafuse::infer
