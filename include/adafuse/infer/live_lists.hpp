// Lists of channels, one for each frame, in memory that is taken once.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d_options.hpp>
#include <vector>

namespace adafuse::infer {

/// The channels of each frame, or an empty span: all channels of all frames.
using ChannelLists = std::span<const kernels::LiveChannels>;

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
    std::int32_t* const begin = numbers_.data() + frame * channels_;
    std::int32_t* end = begin;
    for (Index c = 0; c < channels_; ++c) {  // Without a branch: nobody could predict it.
      *end = static_cast<std::int32_t>(c);
      end += is_listed(c) ? 1 : 0;
    }
    // A full list says less than none: without lists, kernels take several frames together.
    lists_[static_cast<std::size_t>(frame)] =
        end - begin == channels_
            ? kernels::LiveChannels()
            : kernels::LiveChannels({begin, static_cast<std::size_t>(end - begin)});
  }

  ChannelLists frames() const { return lists_; }
  Index channels() const { return channels_; }

 private:
  Index channels_;
  std::vector<std::int32_t> numbers_;
  std::vector<kernels::LiveChannels> lists_;
};

}  // namespace adafuse::infer
