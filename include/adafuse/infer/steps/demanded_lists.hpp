// The lists of channels that decisions on a frame ask for: what fusion/demand.hpp says of each
// channel, for clips and for streams alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/demand.hpp>
#include <adafuse/infer/fold/live_lists.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What a block decided on one frame, [c'], and on the next.
struct FrameActions {
  const std::uint8_t* now;
  const std::uint8_t* next;  // null: there is no next frame, or its actions are not known yet
  bool first;                // of a clip
};

/// The channels whose fused maps are not zero.
inline void list_live(LiveLists& lists, Index slot, const FrameActions& actions) {
  lists.set_bits(
      slot, [&](Index c, Index count) { return live_bits(actions.now + c, count, actions.first); });
}

/// The channels of a part, which begins at channel `first`, whose raw maps are needed.
inline void list_computed(LiveLists& lists, Index slot, const FrameActions& actions, Index first) {
  lists.set_bits(slot, [&](Index c, Index count) {
    return computed_bits(actions.now + first + c, actions.next ? actions.next + first + c : nullptr,
                         count);
  });
}

/// Those that the frame before, with actions `before`, must make up for.
inline void list_late(LiveLists& lists, Index slot, const std::uint8_t* before,
                      const FrameActions& actions, Index first) {
  lists.set_bits(slot, [&](Index c, Index count) {
    return late_bits(before + first + c, actions.now + first + c, count);
  });
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
