// Weights turned for channel lanes: [units of 16 output channels][in][taps][16], zeros behind the
// last output channel.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/channel_lanes_tile.hpp>
#include <adafuse/kernels/correlation.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace channel_lanes {

inline Index turned_units(const Correlation& g) { return (g.out_channels + unit - 1) / unit; }
/// How many numbers turned weights have.
inline Index turned_size(const Correlation& g) { return turned_units(g) * unit * g.depth(); }
/// Whether so many weights do not stay in L2.
inline bool far_weights(Index numbers) { return numbers > Index{1} << 18; }
/// The output channels of a unit.
inline ChannelList outs_of_unit(const Correlation& g, Index u) {
  return {nullptr, u * unit, std::min<Index>(unit, g.out_channels - u * unit)};
}

/// turned [depth][16] of up to 16 rows of w [out][depth].
inline void turn_unit(const float* w, Index depth, const ChannelList& outs, float* turned) {
  constexpr Index width = Floats::width;
  for (Index lane = 0; lane < unit; lane += width) {
    const Index count = std::clamp<Index>(outs.count - lane, 0, width);
    const Mask lanes = first_lanes(count);
    const float* rows[Floats::width];  // The first stands in for those that are missing.
    for (Index l = 0; l < width; ++l) rows[l] = w + outs[l < count ? lane + l : 0] * depth;
    for (Index k = 0; k < depth; k += width) {
      Floats square[Floats::width];
      if (k + width <= depth) {
        load_transposed(rows, square);
      } else {
        for (Index l = 0; l < width; ++l) square[l] = Floats::load(rows[l], first_lanes(depth - k));
        transpose(square);
      }
      for (Index l = 0; l < width; ++l) {  // Rows so short are no streams: ask for what follows.
        __builtin_prefetch(rows[l] + 2 * width);
        rows[l] += width;
      }
      for (Index l = 0; l < std::min(width, depth - k); ++l) {
        float* const to = turned + (k + l) * unit + lane;
        Floats::zero().store(to);
        square[l].store(to, lanes);
      }
    }
  }
}

/// turned [turned_size(g)] of w.
inline void turn_weights(const Correlation& g, const float* w, float* turned) {
  const Index numbers = unit * g.depth();
  parallel_for(turned_units(g), 1 + 16384 / numbers, Work::elements(numbers),
               [&](Index begin, Index end) {
                 for (Index u = begin; u < end; ++u)
                   turn_unit(w, g.depth(), outs_of_unit(g, u), turned + u * numbers);
               });
}

}  // namespace channel_lanes
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
