// How blocked channels stand in the table of algorithms: what they fit, what they cost, and the
// form of the weights that they read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/blocked/blocked.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>
#include <cmath>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace blocked {

/// Multiply-adds, of which only those inside of the image are made: of tiles of two units and of
/// one; with one tap, where each channel is a loop of its own; strided, with weights from beyond
/// L2. Pixels of a unit that are transposed back into maps. Tiles. Weights that are packed in the
/// call, from L2 and from beyond it: once, or for each list anew. The last units of lists are not
/// full.
inline CostFeatures<10> features(const CostQuery& call) {
  const Correlation &g = call.g, &all = call.all;
  Index rows = 0, columns = 0, all_units = 0;
  for (Index n = 0; n < g.batch; ++n)
    all_units += (call.options.out_of(n).count(all.out_channels) + unit - 1) / unit;
  const Index lists = count_out_lists(call.options, g.batch),
              packings = lists > 0 ? lists : !call.is_prepared("blocked");
  for (Index p = 0; p < g.kernel_height; ++p)
    rows += inside(g.row(0, p), g.stride_height, g.in_height, g.out_height).size();
  for (Index q = 0; q < g.kernel_width; ++q)
    columns += inside(g.column(0, q), g.stride_width, g.in_width, g.out_width).size();
  const auto batch = static_cast<double>(g.batch);
  const double units = static_cast<double>(all_units) / batch, vectors = units * unit_vectors,
               tiles = std::ceil(units / static_cast<double>(tile_units(g.out_width))) *
                       static_cast<double>(g.out_height) *
                       std::ceil(static_cast<double>(g.out_width) / 8),
               products = batch * vectors * static_cast<double>(rows * columns * g.in_channels),
               packed = vectors * static_cast<double>(packings * all.depth());
  const bool beyond_l2 = weights_beyond_l2(all.out_channels * all.depth()), one = units <= 1.5,
             pointwise = g.taps() == 1, strided = !pointwise && beyond_l2 && g.stride_height > 1,
             unstrided = !pointwise && !strided;
  return {unstrided && !one ? products : 0,
          unstrided && one ? products : 0,
          pointwise && !one ? products : 0,
          pointwise && one ? products : 0,
          strided && !one ? products : 0,
          strided && one ? products : 0,
          batch * vectors * static_cast<double>(g.out_pixels()),
          batch * tiles,
          beyond_l2 ? 0 : packed,
          beyond_l2 ? packed : 0};
}

inline constexpr AlgorithmEntry algorithm{
    .name = "blocked",
    .expects = "one group, a stride up to 2 and taps that reach one column beyond an edge",
    .fits = fits,
    .may_pay = may_pay,
    .count = count_features<features>,
    .constants = cost_constants::blocked,
    .correlate = correlate,
    .takes_shortcut = takes_shortcut,
    .prepared_size = packed_size,
    .prepare = pack_weights,
    // From beyond L2 only with lists of inputs: Winograd serves all channels faster.
    .keeps = [](const Correlation& g, bool has_in_lists) {
      return has_in_lists || !weights_beyond_l2(g.out_channels * g.depth());
    }};

}  // namespace blocked
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
