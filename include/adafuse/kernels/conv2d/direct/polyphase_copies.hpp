// What a masked direct convolution reads: x where it lies or, strided, copies of its phases.
//
// Copies are made strip by strip, and then stay in L2 until the strip is done. Where the output
// channels are cut into chunks, each would copy anew; there, the phases of all frames are copied
// first.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <adafuse/kernels/conv2d/shared/polyphase_images.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Images in which a step of one output pixel is a step of one pixel.
struct Images {
  const float* pixels;               // of the first channel, where output pixel 0 has its own
  Index channel;                     // from a channel to the next
  const Index* offsets;              // [taps], from an output pixel to what the tap reads
  Index phases = 1, phase_size = 0;  // of a channel

  /// Those of one frame and group, of images of all.
  Images of(const Correlation& g, Index frame, Index group) const {
    Images one = *this;
    one.pixels += (frame * g.in_channels + group * g.ins()) * channel;
    return one;
  }
};

/// Copies the phases of all frames and live channels. They hold until this thread copies others.
inline Images copy_all_phases(const Correlation& g, const float* x,
                              const Conv2dOptions<float>& options) {
  thread_local PolyphaseImages images;
  thread_local Scratch<float> memory;
  images.set_rows(g, {0, g.out_height});
  const Index size = images.channel_size(), frame = g.in_channels * size;
  float* copies = memory(g.batch * frame);
  constexpr Index channels_at_once = 64;
  const Index pieces = (g.in_channels + channels_at_once - 1) / channels_at_once;
  const PolyphaseImages& of_caller = images;
  const Work work = Work::elements(4 * frame) / pieces;
  parallel_for(g.batch * pieces, 1, work, [&](Index task, Index) {
    const Index n = task / pieces;
    const Range channels = part(g.in_channels, pieces, task % pieces);
    const auto live = ChannelList::of_group(options.in_of(n), channels.begin, channels.size());
    for (Index i = 0; i < live.count; ++i)
      of_caller.copy(x + (n * g.in_channels + live[i]) * g.in_pixels(), g.in_pixels(),
                     copies + n * frame + live[i] * size);
  });
  return {copies, size, images.tap_offsets().data(), images.images(), images.image_size()};
}

/// The phases that some rows of outputs of one frame read.
class PolyphaseRows {
 public:
  /// They hold until the next call. `frame`: its first channel in x. What lies `ahead` of what is
  /// copied is fetched into the cache.
  Images copy(const Correlation& g, Range rows, const float* frame, Index ahead,
              const ChannelList& ins) {
    images_.set_rows(g, rows);
    const Index size = images_.channel_size();
    float* copies = memory_(g.ins() * size);
    for (Index i = 0; i < ins.count; ++i)
      images_.copy(frame + ins[i] * g.in_pixels(), ahead, copies + (ins[i] - ins.first) * size);
    return {copies - rows.begin * g.out_width, size, images_.tap_offsets().data()};
  }

 private:
  PolyphaseImages images_;
  Scratch<float> memory_;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
