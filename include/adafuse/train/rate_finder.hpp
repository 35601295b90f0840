// A range test of learning rates (L. Smith, Cyclical Learning Rates for Training Neural Networks,
// WACV 2017, section 3.3; fastai's lr_find): train for some steps while the rate grows
// exponentially, and look where the loss falls and where it diverges.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Step i of n has rate from (to / from)^(i / (n - 1)).
struct RateRange {
  /// The first and the last rate.
  double from = 1e-6, to = 1;
  Index steps = 100;  ///< n
};

/// What a step of the test found.
struct RateStep {
  /// The rate, and the loss of its batch.
  double rate = 0, loss = 0;
  double smoothed = 0;  ///< a mean that forgets, corrected for its start as Adam's are
};

/// Takes the losses of a test, step by step.
class RateFinder {
 public:
  /// Throws ValueError for a range that is none.
  explicit RateFinder(const RateRange& range) : range_(range) {
    require<ValueError>(range.from > 0 && std::isfinite(range.from),
                        "from: a rate must be positive, got ", range.from);
    require<ValueError>(range.to > range.from && std::isfinite(range.to),
                        "to: expects a rate above ", range.from, ", got ", range.to);
    constexpr Index least = 10, most = 100000;
    require<ValueError>(least <= range.steps && range.steps <= most, "steps: expects ", least,
                        " to ", most, ", got ", range.steps);
  }

  /// The rate of the step that comes next.
  double rate() const {
    return range_.from *
           std::pow(range_.to / range_.from,
                    static_cast<double>(steps_.size()) / static_cast<double>(range_.steps - 1));
  }

  /// Takes the loss before a step at rate(); whether another step is to follow. The loss diverges
  /// where it is not finite, or its smoothed value more than four times the least one before.
  bool learn(double loss) {
    if (!std::isfinite(loss)) {
      diverged_ = rate();
      return false;
    }
    constexpr double keeps = 0.9;  // of the mean, at each step
    mean_ = keeps * mean_ + (1 - keeps) * loss;
    forgotten_ *= keeps;
    const double smoothed = mean_ / (1 - forgotten_);
    const double at = rate();
    steps_.push_back({at, loss, smoothed});
    if (steps_.size() > 1 && smoothed > 4 * least_) diverged_ = at;
    least_ = steps_.size() == 1 ? smoothed : std::min(least_, smoothed);
    return !diverged_ && std::ssize(steps_) < range_.steps;
  }

  const std::vector<RateStep>& steps() const { return steps_; }
  std::optional<double> diverged() const { return diverged_; }

  /// Where the smoothed loss falls most for a step: rates are evenly spaced in their logarithm, so
  /// that is its steepest slope over it. Nothing where it never falls.
  std::optional<double> steepest() const {
    if (steps_.empty()) return std::nullopt;
    std::optional<double> rate;
    double fall = 1e-9 * std::abs(steps_[0].smoothed);  // less is rounding
    for (std::size_t i = 1; i + 1 < steps_.size(); ++i)
      if (const double f = steps_[i - 1].smoothed - steps_[i + 1].smoothed; f > fall) {
        fall = f;
        rate = steps_[i].rate;
      }
    return rate;
  }

  /// The smaller one of the steepest fall's rate and a tenth of the divergence's.
  std::optional<double> suggestion() const {
    const auto rate = steepest();
    if (!rate || !diverged_) return rate;
    return std::min(*rate, *diverged_ / 10);
  }

 private:
  RateRange range_;
  std::vector<RateStep> steps_;
  double mean_ = 0, forgotten_ = 1, least_ = 0;
  std::optional<double> diverged_;
};

/// A row for each step.
inline std::string rate_csv(const RateFinder& finder) {
  std::string text = "rate,loss,smoothed\n";
  for (const auto& step : finder.steps()) {
    char row[96];
    std::snprintf(row, sizeof row, "%.8g,%.8g,%.8g\n", step.rate, step.loss, step.smoothed);
    text += row;
  }
  return text;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
