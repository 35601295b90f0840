// Weights packed for blocked channels: [units of 16 output channels][in][taps][16], zeros behind
// the last output channel.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d/blocked/tile.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/cost_constants.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace blocked {

inline Index packed_units(const Correlation& g) { return (g.out_channels + unit - 1) / unit; }
/// How many numbers packed weights have.
inline Index packed_size(const Correlation& g) { return packed_units(g) * unit * g.depth(); }
/// Whether so many weights do not stay in L2. Algorithms are chosen by it, so that it is the L2
/// that the constants of cost were measured with.
inline bool weights_beyond_l2(Index numbers) { return numbers > cost_constants::l2_floats; }
/// The output channels of a unit.
inline ChannelList outs_of_unit(const Correlation& g, Index u) {
  return {nullptr, u * unit, std::min<Index>(unit, g.out_channels - u * unit)};
}

/// packed [depth][16] of up to 16 rows of w [out][depth].
inline void pack_unit(const float* w, Index depth, const ChannelList& outs, float* packed) {
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
        float* const to = packed + (k + l) * unit + lane;
        Floats::zero().store(to);
        square[l].store(to, lanes);
      }
    }
  }
}

/// packed [packed_size(g)] of w.
inline void pack_weights(const Correlation& g, const float* w, float* packed) {
  const Index numbers = unit * g.depth();
  parallel_for(packed_units(g), 1 + 16384 / numbers, Work::elements(numbers),
               [&](Index begin, Index end) {
                 for (Index u = begin; u < end; ++u)
                   pack_unit(w, g.depth(), outs_of_unit(g, u), packed + u * numbers);
               });
}

}  // namespace blocked
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
