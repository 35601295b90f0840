// A convolution with all that follows it: y = activation(scale * conv + shift + residual), for the
// channels that exist and those that are wanted.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/live_lists.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <adafuse/models/conv_macs.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// A projection beside a convolution, which adds it to its sums; the scales are part of its
/// weights.
template <class T>
struct FoldedShortcut {
  kernels::Conv2dGeometry geometry;   // of one frame
  Tensor<T> weight;                   // [out, in/groups, kh, kw]
  kernels::PreparedWeights prepared;  // the forms that pay
};

template <class T>
struct FoldedConv {
  kernels::Conv2dGeometry geometry;   // of one frame
  Tensor<T> weight;                   // [out, in/groups, kh, kw], the model's own, or scaled
  Tensor<T> scale, shift;             // [out], undefined where there is none
  kernels::PreparedWeights prepared;  // the forms that pay
  kernels::Activation activation = kernels::Activation::identity;
  Index biases = 0;            // that the model's convolutions have: what is charged for the shift
  FoldedShortcut<T> shortcut;  // undefined weights: there is none
  /// `automatic` or `direct`.
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::automatic;

  bool has_shortcut() const { return shortcut.weight.defined(); }

  /// x: [frames, in, h, w] -> y: [frames, out, h', w']. `other`: what the shortcut reads, or the
  /// residual, which has y's shape, and may be y; null: there is none.
  void operator()(Index frames, const T* x, const T* other, T* y, ChannelLists live,
                  ChannelLists wanted) const {
    auto g = geometry;
    g.batch = frames;
    const auto data = [](const Tensor<T>& t) { return t.defined() ? t.data() : nullptr; };
    kernels::Conv2dOptions<T> options{.algorithm = algorithm,
                                      .epilogue = {.scale = data(scale),
                                                   .shift = data(shift),
                                                   .residual = has_shortcut() ? nullptr : other,
                                                   .activation = activation},
                                      .live_out = wanted,
                                      .live_in = live,
                                      .prepared = &prepared};
    kernels::Conv2dShortcut<T> beside;
    if (has_shortcut()) {
      beside = {shortcut.geometry, other, shortcut.weight.data(), &shortcut.prepared};
      beside.geometry.batch = frames;
      options.shortcut = &beside;
    }
    kernels::conv2d<T>(g, x, weight.data(), y, options);
  }

  /// Multiply-accumulates of a call, as a share of those of one frame with all channels.
  double work(Index frames, ChannelLists live, ChannelLists wanted) const {
    const models::ConvMacs own(geometry, biases), beside(shortcut.geometry, 0);
    double run = 0;
    for (Index f = 0; f < frames; ++f) {
      const auto of = [f](ChannelLists lists) {
        return [f, lists](Index first, Index count) {
          return channels_in(lists, f, first, first + count).count;
        };
      };
      run += own.run(of(live), of(wanted));
      if (has_shortcut()) run += beside.run(of({}), of(wanted));
    }
    return run / (own.all() + (has_shortcut() ? beside.all() : 0));
  }
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
