// How packed convolution stands in the table of algorithms: it fits everything.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/packed/packed.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace packed {

/// Multiply-adds. Vectors of the panel, which serves all output channels: copied, and gathered.
/// First vectors of a channel that are gathered, which wait for memory. Vectors of sums of tiles
/// that span frames: they are kept, and then stored.
inline CostFeatures<5> features(const CostQuery& call) {
  const Correlation& g = call.g;
  constexpr Index width = Floats::width;
  const auto tiles =
      static_cast<double>(call.merge ? (g.batch * g.out_pixels() + width - 1) / width
                                     : g.batch * ((g.out_pixels() + width - 1) / width));
  const auto ins = static_cast<double>(g.in_channels), taps = static_cast<double>(g.taps());
  const Index stores = call.merge ? g.out_channels * (1 + g.depth() / 1024) : 0;
  const bool copied = g.stride_width == 1;
  return {tiles * ins * taps * static_cast<double>(g.outs()), copied ? tiles * ins * taps : 0,
          copied ? 0 : tiles * ins * taps, copied ? 0 : tiles * ins,
          tiles * static_cast<double>(stores)};
}

inline constexpr AlgorithmEntry algorithm{.name = "packed",
                                          .expects = "nothing",
                                          .fits = [](const Correlation&) { return true; },
                                          .count = count_features<features>,
                                          .constants = cost_constants::packed,
                                          .correlate = correlate};

}  // namespace packed
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
