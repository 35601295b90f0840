// ReduceOnPlateau: the learning rate falls when a number, such as the loss of the validation clips,
// has not become better for a while (PyTorch's ReduceLROnPlateau).
//
//   optim::ReduceOnPlateau plateau(0.1);
//   for (int epoch = 0; epoch < epochs; ++epoch) {
//     ... sgd.step(plateau.rate()) ...
//     plateau.observe(validation_loss);
//   }
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// Which of two observations is the better one.
enum class Better { smaller, larger };
/// How `threshold` counts: as a share of the best observation, or as a difference from it.
enum class ThresholdMode { relative, absolute };

/// What ReduceOnPlateau is told.
struct PlateauOptions {
  Better better = Better::smaller;  ///< PyTorch's mode, "min" or "max".
  double factor = 0.1;              ///< rate <- max(factor rate, least_rate)
  std::int64_t patience = 10;  ///< So many observations may fail to be better; one more may not.
  double threshold = 1e-4;     ///< What is less than this better than the best is not better.
  ThresholdMode threshold_mode = ThresholdMode::relative;  ///< How `threshold` counts.
  std::int64_t cooldown = 0;  ///< After the rate fell, so many observations are not counted.
  double least_rate = 0;      ///< PyTorch's min_lr.
  double eps = 1e-8;          ///< A rate that would fall by no more than this stays.
};

/// What a plateau remembers. A resumed run needs nothing else.
struct PlateauState {
  /// The rate now, and the best observation so far.
  double rate, best;
  std::int64_t bad;       ///< Observations since the best one.
  std::int64_t cooldown;  ///< Observations that are still not counted.
};

class ReduceOnPlateau {
 public:
  /// Starts at `rate`. Throws ValueError unless factor is in (0, 1) and patience, cooldown,
  /// threshold, least_rate and eps are at least 0.
  explicit ReduceOnPlateau(double rate, PlateauOptions options = {})
      : options_(options), state_{rate, worst(options), 0, 0} {
    require<ValueError>(0 < options.factor && options.factor < 1,
                        "ReduceOnPlateau: factor must be in (0, 1), got ", options.factor);
    require<ValueError>(options.patience >= 0 && options.cooldown >= 0 && options.threshold >= 0 &&
                            options.least_rate >= 0 && options.eps >= 0,
                        "ReduceOnPlateau: patience, cooldown, threshold, least_rate and eps must ",
                        "not be negative");
  }

  /// The rate of the steps until the next observation.
  double rate() const { return state_.rate; }

  /// One more observation. A NaN is never better.
  void observe(double value) {
    if (is_better(value)) {
      state_.best = value;
      state_.bad = 0;
    } else {
      ++state_.bad;
    }
    if (state_.cooldown > 0) {
      --state_.cooldown;
      state_.bad = 0;
    }
    if (state_.bad <= options_.patience) return;
    const double reduced = std::max(state_.rate * options_.factor, options_.least_rate);
    if (state_.rate - reduced > options_.eps) state_.rate = reduced;
    state_.cooldown = options_.cooldown;
    state_.bad = 0;
  }

  /// What a resumed run goes on from.
  const PlateauState& state() const { return state_; }
  /// Goes on from a saved state.
  void restore(const PlateauState& saved) { state_ = saved; }

 private:
  static double worst(const PlateauOptions& options) {
    const double infinity = std::numeric_limits<double>::infinity();
    return options.better == Better::smaller ? infinity : -infinity;
  }

  bool is_better(double value) const {
    const double sign = options_.better == Better::smaller ? -1 : 1;
    const double bound = options_.threshold_mode == ThresholdMode::relative
                             ? state_.best * (1 + sign * options_.threshold)
                             : state_.best + sign * options_.threshold;
    return options_.better == Better::smaller ? value < bound : value > bound;
  }

  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
