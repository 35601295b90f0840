// EarlyStopping: training ends when no epoch has been better for some time.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

class EarlyStopping {
 public:
  /// Ends after so many candidates in a row that were not better; 0: never.
  explicit EarlyStopping(Index patience) : patience_(patience) {}

  /// Takes an epoch in. One that could not become the best one counts for nothing.
  void learn(bool candidate, bool better) {
    if (candidate) since_best_ = better ? 0 : since_best_ + 1;
  }
  /// Whether training ends here.
  bool over() const { return patience_ > 0 && since_best_ >= patience_; }

  /// All that a resumed run needs: candidates since the best one.
  Index state() const { return since_best_; }
  /// Goes on from a state. Throws ValueError for a negative count.
  void restore(Index since_best) {
    require<ValueError>(since_best >= 0, "early-stopping: expects a count, got ", since_best);
    since_best_ = since_best;
  }

 private:
  Index patience_, since_best_ = 0;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
