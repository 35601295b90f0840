// What blocks decide about the frames of a stream, and what follows: the channels that are computed
// now, those that are computed late, and those that readers find.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/steps/demanded_lists.hpp>
#include <adafuse/infer/stream/stream_layout.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What each block decided of this frame and the one before, and the lists that follow.
class StreamDecisions {
 public:
  /// A list of channels that readers find lasts as long as the layout keeps the maps.
  template <class T>
  StreamDecisions(const FoldedNetwork<T>& network, const StreamLayout& layout) {
    std::vector<Index> rings(network.lists.size(), 1);
    for (ValueId id = 0; id < network.values.size(); ++id)
      if (const auto list = network.value(id).live)
        rings[*list] = std::max(rings[*list], layout.frames[layout.home[id]]);
    for (std::size_t i = 0; i < rings.size(); ++i) {
      lists_.emplace_back(rings[i], network.lists[i]);
      late_.emplace_back(1, network.lists[i]);
    }
    for (const auto& block : network.blocks)
      blocks_.push_back({Tensor<std::uint8_t>({2, block.channels}), 0});
  }

  /// Begins the decisions of a block on a frame: [c'], to be written.
  std::span<std::uint8_t> begin(std::size_t block, Index frame) {
    auto& state = blocks_[block];
    state.decided = frame;
    const Index channels = state.actions.size(1);
    return {state.actions.data() + frame % 2 * channels, static_cast<std::size_t>(channels)};
  }
  /// Of the frame that a block decided on last, [c'].
  Tensor<std::uint8_t> actions(std::size_t block) const {
    return blocks_[block].actions[blocks_[block].decided % 2];
  }
  /// On one of the last two frames.
  Action action(std::size_t block, Index frame, Index channel) const {
    return Action{row(block, frame)[channel]};
  }

  /// The channels of a value that readers find in a frame.
  ChannelLists live(const FoldedValue& value, Index frame) const {
    if (!value.live) return {};
    const auto ring = lists_[*value.live].frames();
    if (ring.size() == 1) return ring;
    return ring.subspan(static_cast<std::size_t>(frame) % ring.size(), 1);
  }
  /// Those that are computed from the frame itself.
  ChannelLists wanted(const FoldedValue& value) const {
    return value.wanted ? lists_[*value.wanted].frames() : ChannelLists();
  }
  /// Those that are computed late, from the frame before; nothing where there are none.
  std::optional<ChannelLists> late(const FoldedValue& value, Index frame) const {
    if (!value.wanted || frame == 0) return {};
    const ChannelLists lists = late_[*value.wanted].frames();
    return channel_count(lists, 0, 1) > 0 ? std::optional(lists) : std::nullopt;
  }

  /// Lists for a frame the channels for which `is_listed(channel)` holds.
  template <class Predicate>
  void set(ListId list, Index frame, const Predicate& is_listed) {
    lists_[list].set(slot(list, frame), is_listed);
  }

  /// Fills the lists of a block's parts, and of who reads the fused maps. What the next frame needs
  /// is not known; so what this one needs of the frame before, and was not computed then, is
  /// computed late.
  void follow(const FoldedBlock& block, std::size_t number, Index frame) {
    const FrameActions now{row(number, frame), nullptr, frame == 0};
    list_live(lists_[block.live], slot(block.live, frame), now);
    for (const auto& part : block.parts) {
      list_computed(lists_[part.wanted], 0, now, part.first);
      if (frame > 0) list_late(late_[part.wanted], 0, row(number, frame - 1), now, part.first);
    }
  }

 private:
  /// The actions of a block on one of the last two frames, [c'].
  const std::uint8_t* row(std::size_t block, Index frame) const {
    const auto& actions = blocks_[block].actions;
    return actions.data() + frame % 2 * actions.size(1);
  }
  /// Where a frame stands in the ring of a list.
  Index slot(ListId list, Index frame) const { return frame % std::ssize(lists_[list].frames()); }

  struct BlockState {
    Tensor<std::uint8_t> actions;  // of the last two frames, [2, c']
    Index decided;                 // the frame of the last decision
  };

  std::vector<LiveLists> lists_, late_;  // of the ring's frames; of the part's late channels
  std::vector<BlockState> blocks_;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
