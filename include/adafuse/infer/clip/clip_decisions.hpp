// What blocks decide about clips, and what follows for each frame: the channels that must be
// computed, for this frame or the next, and those that readers find.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/steps/demanded_lists.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What each block decided, by frame, and the lists of channels that follow.
class ClipDecisions {
 public:
  /// With room for `clips` clips of `frames` frames.
  template <class T>
  ClipDecisions(const FoldedNetwork<T>& network, Index clips, Index frames) : frames_(frames) {
    for (const Index channels : network.lists) lists_.emplace_back(clips * frames, channels);
    for (const auto& block : network.blocks)
      actions_.push_back(Tensor<std::uint8_t>({clips * frames, block.channels}));
  }

  /// How many clips are running from now on.
  void begin(Index clips) { running_ = clips * frames_; }

  /// [N*T, c'] of the clips that run.
  Tensor<std::uint8_t> actions(std::size_t block) const {
    return actions_[block].narrow(0, running_);
  }
  /// The actions of a block's running frames, [running frames * decisions], for writing.
  std::span<std::uint8_t> actions_to_write(std::size_t block) {
    auto& actions = actions_[block];
    return {actions.data(), static_cast<std::size_t>(running_ * actions.size(1))};
  }
  /// The actions of a block, the first frame's first.
  const std::uint8_t* action_data(std::size_t block) const { return actions_[block].data(); }

  /// The list of each frame that runs.
  ChannelLists lists(std::optional<ListId> id) const {
    if (!id) return {};
    return lists_[*id].frames().first(static_cast<std::size_t>(running_));
  }

  /// Lists for frame f the channels for which `is_listed(channel)` holds.
  template <class Predicate>
  void set(ListId list, Index f, const Predicate& is_listed) {
    lists_[list].set(f, is_listed);
  }

  /// Fills the lists of a block's parts, and of who reads the fused maps.
  void follow(const FoldedBlock& block, std::size_t number) {
    for (Index f = 0; f < running_; ++f) {
      const std::uint8_t* const now = action_data(number) + f * block.channels;
      const bool first = f % frames_ == 0, last = f % frames_ == frames_ - 1;
      const FrameActions actions{now, last ? nullptr : now + block.channels, first};
      list_live(lists_[block.live], f, actions);
      for (const auto& part : block.parts)
        list_computed(lists_[part.wanted], f, actions, part.first);
    }
  }

 private:
  Index frames_;       // of a clip
  Index running_ = 0;  // frames, of all clips
  std::vector<LiveLists> lists_;
  std::vector<Tensor<std::uint8_t>> actions_;  // of each block, [clips * frames, c']
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
