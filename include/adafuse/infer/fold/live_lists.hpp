// Lists of channels, one for each frame, in memory that is taken once.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/byte_bits.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <vector>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// The channels of each frame, or an empty span: all channels of all frames.
using ChannelLists = std::span<const kernels::LiveChannels>;

/// The lists of `count` frames from `first` on.
inline ChannelLists frames_of(ChannelLists lists, Index first, Index count) {
  return lists.empty()
             ? lists
             : lists.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

/// Those of one frame that lie in [first, last).
inline kernels::ChannelList channels_in(ChannelLists lists, Index frame, Index first, Index last) {
  const auto live =
      lists.empty() ? kernels::LiveChannels() : lists[static_cast<std::size_t>(frame)];
  return kernels::ChannelList::of_group(live, first, last - first);
}

/// How many channels of `total` a frame has.
inline Index channel_count(ChannelLists lists, Index frame, Index total) {
  return lists.empty() ? total : lists[static_cast<std::size_t>(frame)].count(total);
}

class LiveLists {
 public:
  LiveLists(Index frames, Index channels)
      : channels_(channels),
        numbers_(static_cast<std::size_t>(frames * channels)),
        lists_(static_cast<std::size_t>(frames)) {}

  /// The list of a frame: the channels for which `is_listed(channel)` holds.
  template <class Predicate>
  void set(Index frame, const Predicate& is_listed) {
    set_bits(frame, [&](Index first, Index count) {
      std::uint32_t bits = 0;
      for (Index i = 0; i < std::min(count, bits_at_once); ++i)
        bits |= (is_listed(first + i) ? 1u : 0u) << i;
      return bits;
    });
  }
  /// The same, many channels at a time: bit i of `bits_of(first, count)` stands for channel first +
  /// i, of which there are `count`, and at most bits_at_once are asked for.
  template <class BitsOf>
  void set_bits(Index frame, const BitsOf& bits_of) {
    const Index channels = channels_;
    std::int32_t* const numbers = numbers_.data() + frame * channels;
    Index listed = 0;
    for (Index c = 0; c < channels; c += bits_at_once)
      listed += list_bits(bits_of(c, channels - c), c, numbers + listed);
    // A full list says less than none: without lists, kernels take several frames together.
    lists_[static_cast<std::size_t>(frame)] =
        listed == channels
            ? kernels::LiveChannels()
            : kernels::LiveChannels::increasing({numbers, static_cast<std::size_t>(listed)});
  }

  ChannelLists frames() const { return lists_; }
  Index channels() const { return channels_; }

 private:
  Index channels_;
  std::vector<std::int32_t> numbers_;
  std::vector<kernels::LiveChannels> lists_;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
