// Winograd convolution with lists of channels: which tiles share vectors.
//
// Frames with lists of their own need vectors of their own, and maps of 7 x 7 or 28 x 28 do not
// fill them: 4 of 16 lanes, 49 of 64. Tiles of several frames fill vectors together if these
// compute each channel that lives in any of the frames. So there are three ways: all tiles together
// (best when all channels live), each frame alone, and the full vectors of each frame alone but the
// rest together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/cost_constants.hpp>
#include <adafuse/kernels/conv2d/shared/united_channels.hpp>
#include <adafuse/kernels/conv2d/winograd/tiles.hpp>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

/// All tiles of a call, in the cheapest way. It follows from sizes and lists alone.
class TileSets {
 public:
  /// The lists of the options are to stay.
  void set_call(const Correlation& g, const Conv2dOptions<float>& options) {
    ins_.set_lists(options.live_in, g.batch, g.in_channels);
    outs_.set_lists(options.live_out, g.batch, g.out_channels);
    const Index tiles = tiles_of_frame(g), rest = tiles % Floats::width;
    Index together = tiles;
    features_ = count(g, together);
    for (const Index other : {rest, Index{0}})
      if (const auto counted = count(g, other); cost(counted) < cost(features_))
        features_ = counted, together = other;

    sets_.clear();
    for (Index n = 0; n < g.batch && together < tiles; ++n)
      sets_.push_back(
          {n, 1, 0, tiles - together, ins_.of_frame(n), outs_.of_frame(n), nullptr, nullptr});
    if (together > 0)
      sets_.push_back({0, g.batch, tiles - together, together, ins_.of_any(), outs_.of_any(),
                       ins_.lives(), outs_.lives()});
  }

  const std::vector<TileSet>& sets() const { return sets_; }
  /// Of all vectors of tiles: pairs of channels and rows of products, for each of the 36 products,
  /// and channels that are transformed, in and out.
  using Features = std::array<double, 3>;
  const Features& features() const { return features_; }
  /// In multiply-adds of one vector.
  double cost() const { return cost(features_); }

 private:
  /// With the last `together` tiles of each frame in vectors that they share, the others in vectors
  /// of their frame.
  Features count(const Correlation& g, Index together) const {
    Features sum{};
    const auto add = [&](Index tiles, const ChannelList& ins, const ChannelList& outs) {
      const Index vectors = vectors_of(tiles);
      sum[0] += static_cast<double>(vectors * outs.count * ins.count);
      sum[1] += static_cast<double>(vectors * outs.count);
      sum[2] += static_cast<double>(vectors * (ins.count + outs.count));
    };
    add(g.batch * together, ins_.of_any(), outs_.of_any());
    const Index alone = tiles_of_frame(g) - together;
    for (Index n = 0; n < g.batch && alone > 0; ++n)
      add(alone, ins_.of_frame(n), outs_.of_frame(n));
    return sum;
  }
  static double cost(const Features& features) {
    double sum = 0;
    for (std::size_t k = 0; k < features.size(); ++k)
      sum += features[k] * cost_constants::winograd[k];
    return sum;
  }

  UnitedChannels ins_, outs_;
  std::vector<TileSet> sets_;
  Features features_{};
};

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
