// Schedules: the learning rate as a function of the step, with no state to save.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// The rate at step 0, 1, 2 ...
using Schedule = std::function<double(std::int64_t step)>;

inline Schedule constant(double rate) {
  return [rate](std::int64_t) { return rate; };
}

/// `rate`, multiplied by `factor` at each milestone (steps, ascending).
inline Schedule multi_step(double rate, std::vector<std::int64_t> milestones, double factor = 0.1) {
  return [=](std::int64_t step) {
    double r = rate;
    for (const auto milestone : milestones)
      if (step >= milestone) r *= factor;
    return r;
  };
}

/// Half a cosine from `rate` at step 0 down to `last` at step `steps`.
inline Schedule cosine(double rate, std::int64_t steps, double last = 0) {
  require<ValueError>(steps > 0, "cosine: steps must be positive, got ", steps);
  return [=](std::int64_t step) {
    const double t = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
    return last + (rate - last) * 0.5 * (1 + std::cos(std::numbers::pi * t));
  };
}

/// A straight line from rate / steps up to the inner schedule's rate, over the first `steps` steps.
inline Schedule warm_up(std::int64_t steps, Schedule then) {
  require<ValueError>(steps >= 0, "warm_up: steps must not be negative, got ", steps);
  return [=](std::int64_t step) {
    const double rate = then(step);
    return step < steps ? rate * static_cast<double>(step + 1) / static_cast<double>(steps) : rate;
  };
}

struct OneCycleOptions {
  double warm_share = 0.3;    ///< The share of the steps on which the rate rises.
  double first_divisor = 25;  ///< The first rate is peak / first_divisor.
  double last_divisor = 1e4;  ///< The last rate is the first / last_divisor.
};

/// Half a cosine up to `peak`, then half a cosine down (Smith and Topin, 2018; PyTorch's
/// OneCycleLR).
inline Schedule one_cycle(double peak, std::int64_t steps, OneCycleOptions options = {}) {
  require<ValueError>(steps > 0, "one_cycle: steps must be positive, got ", steps);
  require<ValueError>(0 < options.warm_share && options.warm_share < 1,
                      "one_cycle: warm_share must be in (0, 1), got ", options.warm_share);
  const double first = peak / options.first_divisor, last = first / options.last_divisor;
  const double top = options.warm_share * static_cast<double>(steps) - 1;  // the step of the peak
  const double end = static_cast<double>(steps - 1);
  const auto anneal = [](double from, double to, double share) {
    return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * share));
  };
  return [=](std::int64_t step) {
    const double at = static_cast<double>(step);
    if (at <= top && top > 0) return anneal(first, peak, at / top);
    return anneal(peak, last, std::min(1.0, (at - top) / (end - top)));
  };
}

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
