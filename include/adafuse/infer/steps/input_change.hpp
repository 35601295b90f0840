// How much the input of a block changed from one frame to the next, where only some of its channels
// exist: a channel that does not is zero.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/change.hpp>
#include <adafuse/infer/fold/live_lists.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// The maps of a value in one frame.
template <class T>
struct FrameMaps {
  const T* data;      ///< [channels, pixels]
  ChannelLists live;  ///< of all frames
  Index frame;        ///< which of the lists counts
};

/// Adds the change of each channel.
template <class T>
void add_change(RelativeChange& sum, const FrameMaps<T>& now, const FrameMaps<T>& before,
                Index channels, Index pixels) {
  const auto of_now = channels_in(now.live, now.frame, 0, channels);
  const auto of_before = channels_in(before.live, before.frame, 0, channels);
  Index i = 0, j = 0;
  for (Index c = 0; c < channels; ++c) {
    const bool is_now = i < of_now.count && of_now[i] == c;
    const bool was = j < of_before.count && of_before[j] == c;
    i += is_now, j += was;
    sum.add(is_now ? now.data + c * pixels : nullptr, was ? before.data + c * pixels : nullptr,
            pixels);
  }
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
