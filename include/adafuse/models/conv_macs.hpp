// What a convolution costs when some channels of its input are zero and some of its output are not
// wanted.
//
// An output channel takes products of the live inputs of its own group. A bias is added to each
// output channel that is computed, whatever its inputs are.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/geometry.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// Multiply-accumulates of one convolution of one frame.
class ConvMacs {
 public:
  /// `biases`: how many numbers are added to each output, each of which counts as one
  /// multiply-accumulate, as in the authors' figures.
  ConvMacs(const kernels::Conv2dGeometry& g, Index biases)
      : groups_(g.groups),
        ins_(g.in_channels_per_group()),
        outs_(g.out_channels_per_group()),
        pair_(static_cast<double>(g.taps() * g.out_pixels())),
        bias_(static_cast<double>(biases * g.out_pixels())) {}

  /// With all channels.
  double all() const { return static_cast<double>(groups_ * outs_) * per_output(); }
  /// What computing one output channel of all its inputs costs.
  double per_output() const { return static_cast<double>(ins_) * pair_ + bias_; }
  /// What reading one input channel for all outputs costs.
  double per_input() const { return static_cast<double>(outs_) * pair_; }

  /// With those inputs that are live, and those outputs that are computed: `live(first, count)` and
  /// `computed(first, count)` return how many there are among the `count` channels from `first` on.
  template <class Live, class Computed>
  double run(const Live& live, const Computed& computed) const {
    Index pairs = 0, outs = 0;
    for (Index g = 0; g < groups_; ++g) {
      const Index made = computed(g * outs_, outs_);
      if (made > 0) pairs += made * live(g * ins_, ins_);
      outs += made;
    }
    return static_cast<double>(pairs) * pair_ + static_cast<double>(outs) * bias_;
  }

 private:
  Index groups_, ins_, outs_;  // channels of one group
  double pair_;                // products of an input channel with an output channel
  double bias_;                // of an output channel
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
