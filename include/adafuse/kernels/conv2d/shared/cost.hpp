// What a convolution costs: the question that the table of algorithms puts to each of them, and the
// way in which they answer, as a sum of features times measured constants.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/cost_constants.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
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

template <std::size_t Count>
double cost_of(const CostFeatures<Count>& features, const CostFeatures<Count>& constants) {
  double sum = 0;
  for (std::size_t k = 0; k < Count; ++k) sum += features[k] * constants[k];
  return sum;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
