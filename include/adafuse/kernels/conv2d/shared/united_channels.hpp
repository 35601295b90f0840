// UnitedChannels: the live channels of all frames, for kernels that take several frames together.
//
// Frames that share vectors compute each channel that lives in any of them; where it does not, its
// pixels are zeros and its outputs are not stored.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

class UnitedChannels {
 public:
  /// `frames`: one list for each, or empty: all. They are to stay.
  void set_lists(std::span<const LiveChannels> frames, Index batch, Index channels) {
    frames_ = frames, channels_ = channels;
    lives_.clear(), list_.clear();
    all_ = same_ = all_live(frames);
    if (all_) return;
    lives_.assign(static_cast<std::size_t>(batch * channels), 0);
    any_.assign(static_cast<std::size_t>(channels), 0);
    list_.reserve(static_cast<std::size_t>(channels));  // Once, however many live later.
    for (Index n = 0; n < batch; ++n) {
      const LiveChannels& live = frames[static_cast<std::size_t>(n)];
      for (Index i = 0; i < live.count(channels); ++i) {
        const Index c = live.channel(i);
        lives_[static_cast<std::size_t>(n * channels + c)] = any_[static_cast<std::size_t>(c)] = 1;
      }
    }
    for (Index c = 0; c < channels; ++c)
      if (any_[static_cast<std::size_t>(c)]) list_.push_back(static_cast<std::int32_t>(c));
    all_ = std::ssize(list_) * 16 >= channels * 15;  // A list has its price, too.
    same_ = std::all_of(frames.begin(), frames.end(), [&](const LiveChannels& live) {
      return live.count(channels) == of_any().count;
    });
  }

  ChannelList of_frame(Index n) const {
    return ChannelList::of_group(
        frames_.empty() ? LiveChannels() : frames_[static_cast<std::size_t>(n)], 0, channels_);
  }
  /// Those that live in any frame, or all if nearly all do.
  ChannelList of_any() const { return of_any(0, channels_); }
  /// Those of them in [first, first + size), a piece of the same list.
  ChannelList of_any(Index first, Index size) const {
    return ChannelList::of_group(all_ ? LiveChannels() : LiveChannels(list_), first, size);
  }
  bool is_live(Index frame, Index channel) const {
    return lives_.empty() || lives_[static_cast<std::size_t>(frame * channels_ + channel)];
  }
  /// [batch, channels]: which channels live in each frame. Null: in every frame just of_any().
  const std::uint8_t* lives() const { return same_ ? nullptr : lives_.data(); }

 private:
  std::span<const LiveChannels> frames_;
  Index channels_ = 0;
  bool all_ = true, same_ = true;
  std::vector<std::uint8_t> lives_, any_;  // [batch, channels], [channels]
  std::vector<std::int32_t> list_;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
