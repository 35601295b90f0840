// FoldedNetwork: a trained network made ready to run, for pictures of one size. It never changes:
// many sessions, on many threads, share one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_step.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

template <class T>
struct FoldedNetwork {
  std::vector<FoldedStep<T>> steps;
  std::vector<FoldedValue> values;
  std::vector<FoldedBlock> blocks;  ///< in the order in which they decide
  std::vector<Index> lists;         ///< how many channels each list is about
  ValueId input = 0, output = 0;

  /// Multiply-accumulates of one frame without the agents: what fractions are counted against.
  double dense_macs() const {
    double total = 0;
    for (const auto& step : steps)
      if (!step.template as<FoldedDecision<T>>()) total += step.macs;
    return total;
  }
  const FoldedValue& value(ValueId id) const { return values[id]; }
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
