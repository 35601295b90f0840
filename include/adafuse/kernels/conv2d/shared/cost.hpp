// What a convolution costs: the question that the table of algorithms puts to each of them, and the
// way in which they answer, as a sum of features times measured constants.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/cost_constants.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <algorithm>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// One call, as the model of cost sees it.
struct CostQuery {
  const Correlation& all;
  const Conv2dOptions<float>& options;
  bool as_if_prepared;  // every algorithm has the form of the weights that it reads
  bool merge;           // frames may share vectors, because no frame has lists of its own
  Correlation g;        // with as many channels as live on average

  CostQuery(const Correlation& correlation, const Conv2dOptions<float>& call, bool prepared)
      : all(correlation),
        options(call),
        as_if_prepared(prepared),
        merge(all_live(call)),
        g(correlation) {
    if (merge || g.groups > 1) return;
    g.in_channels = mean_count(options.live_in, g.batch, g.in_channels);
    g.out_channels = mean_count(options.live_out, g.batch, g.out_channels);
  }

  bool is_prepared(ConvAlgorithm algorithm) const {
    return as_if_prepared || (options.prepared && options.prepared->find(algorithm));
  }
  double pairs() const { return static_cast<double>(g.ins() * g.out_channels); }

 private:
  static Index mean_count(std::span<const LiveChannels> frames, Index batch, Index total) {
    if (frames.empty()) return total;
    Index sum = 0;
    for (const LiveChannels& live : frames) sum += live.count(total);
    return std::max<Index>(2, sum / std::max<Index>(batch, 1));
  }
};

/// How much of each thing a call does, in the order of the constants of an algorithm.
template <std::size_t Count>
using CostFeatures = std::array<double, Count>;
inline constexpr std::size_t most_cost_features = 16;

/// `features(call)`, written to `to`.
template <auto Features>
void count_features(const CostQuery& call, double* to) {
  const auto features = Features(call);
  static_assert(features.size() <= most_cost_features);
  std::copy(features.begin(), features.end(), to);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
