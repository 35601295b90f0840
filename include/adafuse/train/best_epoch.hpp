// Which epoch's model is the best: the most accurate that pays for what it computes.
//
// An epoch in which lambda stood at 0 is no candidate, for its model paid nothing; nor is one whose
// lambda was below nine tenths of the best one's. One whose lambda was so much higher than the best
// one's takes its place, whatever it reaches. Among equals the higher top-1 wins, then the lower
// cost. The last epoch is always a candidate. (docs/decisions/0045-lambda-by-what-was-learned.md)
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/shape.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What is remembered of the best epoch so far.
struct BestEpoch {
  double top1 = -1;   ///< per cent, on the validation clips; mAP for several labels; -1: none yet
  double cost = 0;    ///< share of the dense network's MACs
  double lambda = 0;  ///< mean over the epoch's steps

  /// Whether an epoch is a candidate, in a run that is to weigh the cost by `asked`. The last one
  /// is, whatever this says.
  bool admits(const BestEpoch& epoch, double asked) const {
    return equals(asked, 0) || (epoch.lambda > 0 && epoch.lambda >= in_full * lambda);
  }
  /// Whether a candidate is better than the best so far. If so, it is the best from now on.
  bool take(const BestEpoch& epoch) {
    const bool outgrown = lambda < in_full * epoch.lambda;
    const bool better = epoch.top1 > top1 || (equals(epoch.top1, top1) && epoch.cost < cost);
    if (!outgrown && !better) return false;
    *this = epoch;
    return true;
  }

 private:
  static constexpr double in_full = 0.9;
};

template <class Fields>
void list_fields(Fields& f, BestEpoch& b) {
  f("top1", b.top1), f("cost", b.cost), f("lambda", b.lambda);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
