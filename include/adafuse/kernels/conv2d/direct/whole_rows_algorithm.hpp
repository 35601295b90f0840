// How whole rows stand in the table of algorithms: what they fit and what they cost.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/direct/whole_rows.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace whole_rows {

/// Multiply-adds: of stride 1 in tiles of several vectors and of one, and of stride 2. Tiles of
/// stride 1, of stride 2, and input channels of the latter. Rows of a tile that are unzipped: with
/// one tap, with several.
inline CostFeatures<8> features(const CostQuery& call) {
  const Correlation& g = call.g;
  const Index vectors = g.out_pixels() / Floats::width,
              blocks = row_blocks(g.outs(), vectors).count(),
              most = vectors_of_tile(g.outs(), vectors);
  const bool adjacent = g.stride_width == 1;
  const auto batch = static_cast<double>(g.batch), ins = static_cast<double>(g.in_channels),
             products = batch * static_cast<double>(g.taps() * vectors) * call.pairs(),
             tiles = batch * static_cast<double>((vectors + most - 1) / most * blocks),
             rows = batch * ins * static_cast<double>(g.kernel_height * vectors * blocks);
  return {adjacent && vectors > 1 ? products : 0,
          adjacent && vectors == 1 ? products : 0,
          adjacent ? 0 : products,
          adjacent ? tiles : 0,
          adjacent ? 0 : tiles,
          adjacent ? 0 : tiles * ins,
          !adjacent && g.taps() == 1 ? rows : 0,
          !adjacent && g.taps() > 1 ? rows : 0};
}

inline constexpr AlgorithmEntry algorithm{
    .name = "whole_rows",
    .expects =
        "a 3x3 kernel of stride 1 or 2, or a 1x1 kernel of stride 2, in one group, and rows "
        "of outputs that fill vectors",
    .fits = fits,
    .count = count_features<features>,
    .constants = cost_constants::whole_rows,
    .correlate = correlate,
    .takes_shortcut = takes_shortcut};

}  // namespace whole_rows
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
