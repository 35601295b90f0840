// Winograd convolution with lists of channels: which tiles share vectors.
//
// Frames with lists of their own need vectors of their own, and maps of 7 x 7 or 28 x 28 do not
// fill them: 4 of 16 lanes, 49 of 64. Tiles of several frames fill vectors together if these
// compute each channel that lives in any of the frames; where it does not, its pixels are zeros and
// its outputs are not stored. So there are three ways: all tiles together (best when all channels
// live), each frame alone, and the full vectors of each frame alone but the rest together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d_winograd_tiles.hpp>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace winograd {

/// The channels of all frames: of each, and those that live in any.
class UnitedChannels {
 public:
  void aim(std::span<const LiveChannels> frames, Index batch, Index channels) {
    frames_ = frames, channels_ = channels;
    lives_.clear(), list_.clear();
    all_ = same_ = std::ranges::all_of(frames, &LiveChannels::all);
    if (all_) return;
    lives_.resize(static_cast<std::size_t>(batch * channels));
    any_.assign(static_cast<std::size_t>(channels), 0);
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
    same_ = std::ranges::all_of(
        frames, [&](const LiveChannels& live) { return live.count(channels) == of_any().count; });
  }

  ChannelList of_frame(Index n) const {
    return ChannelList::of_group(
        frames_.empty() ? LiveChannels() : frames_[static_cast<std::size_t>(n)], 0, channels_);
  }
  ChannelList of_any() const {
    return {all_ ? nullptr : list_.data(), 0, all_ ? channels_ : std::ssize(list_)};
  }
  /// For a TileSet of all frames.
  const std::uint8_t* lives() const { return same_ ? nullptr : lives_.data(); }

 private:
  std::span<const LiveChannels> frames_;
  Index channels_ = 0;
  bool all_ = true, same_ = true;
  std::vector<std::uint8_t> lives_, any_;  // [batch, channels], [channels]
  std::vector<std::int32_t> list_;
};

/// All tiles of a call, in the cheapest way. It follows from sizes and lists alone.
class TileSets {
 public:
  /// The lists of the options are to stay.
  void aim(const Correlation& g, const Conv2dOptions<float>& options) {
    ins_.aim(options.live_in, g.batch, g.in_channels);
    outs_.aim(options.live_out, g.batch, g.out_channels);
    const Index tiles = tiles_of_frame(g), rest = tiles % Floats::width;
    Index together = tiles;
    cost_ = cost(g, together);
    for (const Index other : {rest, Index{0}})
      if (const double c = cost(g, other); c < cost_) cost_ = c, together = other;

    sets_.clear();
    for (Index n = 0; n < g.batch && together < tiles; ++n)
      sets_.push_back(
          {n, 1, 0, tiles - together, ins_.of_frame(n), outs_.of_frame(n), nullptr, nullptr});
    if (together > 0)
      sets_.push_back({0, g.batch, tiles - together, together, ins_.of_any(), outs_.of_any(),
                       ins_.lives(), outs_.lives()});
  }

  const std::vector<TileSet>& sets() const { return sets_; }
  /// In multiply-adds of one vector.
  double cost() const { return cost_; }

 private:
  /// Of the last `together` tiles of each frame in vectors that they share, the others in vectors
  /// of their frame: 36 products, each row of which costs 3 to begin and to store, and transforms
  /// of each channel in and out.
  double cost(const Correlation& g, Index together) const {
    const auto vectors = [](Index tiles, const ChannelList& ins, const ChannelList& outs) {
      return static_cast<double>(vectors_of(tiles) * (36 * outs.count * (ins.count + 3) +
                                                      1000 * (ins.count + outs.count)));
    };
    double sum = vectors(g.batch * together, ins_.of_any(), outs_.of_any());
    const Index alone = tiles_of_frame(g) - together;
    for (Index n = 0; n < g.batch && alone > 0; ++n)
      sum += vectors(alone, ins_.of_frame(n), outs_.of_frame(n));
    return sum;
  }

  UnitedChannels ins_, outs_;
  std::vector<TileSet> sets_;
  double cost_ = 0;
};

}  // namespace winograd
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
