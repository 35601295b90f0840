// How Winograd's algorithm stands in the table of algorithms: what it fits and what it costs, the
// form of the weights that it reads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>
#include <adafuse/kernels/conv2d/shared/winograd_setting.hpp>
#include <adafuse/kernels/conv2d/winograd/winograd.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

/// Those of TileSets, in the cheapest way. Weights that are transformed in the call.
inline CostFeatures<4> features(const CostQuery& call) {
  thread_local TileSets tiles;
  tiles.set_call(call.all, call.options);
  const auto& [pairs, rows, channels] = tiles.features();
  const Index weights =
      call.is_prepared("winograd") ? 0 : call.all.in_channels * call.all.out_channels;
  return {pairs, rows, channels, static_cast<double>(weights)};
}

inline constexpr AlgorithmEntry algorithm{
    .name = "winograd",
    .expects = "a 3x3 kernel, stride 1 and one group",
    .fits = fits,
    .may_pay = [](const Correlation&) { return winograd_allowed(); },
    .count = count_features<features>,
    .constants = cost_constants::winograd,
    .rounds_more = true,
    .correlate = correlate,
    .prepared_size = [](const Correlation& g) { return products * g.out_channels * g.in_channels; },
    .prepare = [](const Correlation& g, const float* w,
                  float* u) { transform_weights(g, w, u, g.out_channels * g.in_channels); }};

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
