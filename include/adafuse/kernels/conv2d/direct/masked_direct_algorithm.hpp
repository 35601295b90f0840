// How masked direct convolution stands in the table of algorithms: what it fits and what it costs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/direct/masked_direct.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>
#include <cmath>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace masked_direct {

/// Multiply-adds of frames of several vectors, and of one, where each weight load feeds one FMA.
/// Remainder pixels of all frames, in multiply-adds: reading all weights once more, those in
/// panels, and those as dot products, by the lane. Pieces of rows that a strided kernel copies, in
/// pairs and alone. Tiles.
inline CostFeatures<8> features(const CostQuery& call) {
  const Correlation& g = call.g;
  const Index remainder = remainder_pixels(g.out_pixels());
  const Index vectors = (g.out_pixels() - remainder + Floats::width - 1) / Floats::width;
  const auto batch = static_cast<double>(g.batch),
             products = static_cast<double>(g.taps()) * call.pairs(),
             together = static_cast<double>(g.batch * remainder) / Floats::width;
  const bool alone = vectors == 1 && g.batch > 2, many = g.batch * remainder > RemainderPixels::few;
  const Index pieces = g.same_pitch() ? 0
                                      : std::min(g.kernel_height, g.stride_height) * g.out_height *
                                            ((g.out_width - 1) / Floats::width + 1);
  const double copied = batch * static_cast<double>(pieces * g.in_channels);
  const bool in_pairs = PolyphaseImages::copies_pairs(g);
  const Index tiles = (vectors + tile_vectors - 1) / tile_vectors * RowBlocks{g.outs()}.count();
  return {alone ? 0 : batch * products * static_cast<double>(vectors),
          alone ? batch * products : 0,
          remainder > 0 ? products : 0,
          many ? products * std::ceil(together) : 0,
          many ? 0 : products * together,
          in_pairs ? copied : 0,
          in_pairs ? 0 : copied,
          batch * static_cast<double>(tiles)};
}

inline constexpr AlgorithmEntry algorithm{
    .name = "masked_direct",
    .expects = "output rows as long as the input's or, strided, as its phases",
    .fits = fits,
    .count = count_features<features>,
    .constants = cost_constants::masked_direct,
    .correlate = correlate};

}  // namespace masked_direct
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
