// Schedules: the learning rate as a function of the step, with no state to save. What looks at the
// loss, and so has a state, is in plateau.hpp.
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

/// `rate` at every step.
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

/// rate factor^step (PyTorch's ExponentialLR).
inline Schedule exponential(double rate, double factor) {
  return [=](std::int64_t step) { return rate * std::pow(factor, static_cast<double>(step)); };
}

/// What polynomial is told.
struct PolynomialOptions {
  std::int64_t steps = 5;  ///< From here on the rate is 0 (PyTorch's total_iters).
  double power = 1;        ///< 1: a straight line
};

/// rate (1 - step / steps)^power, and 0 from `steps` on (PyTorch's PolynomialLR).
inline Schedule polynomial(double rate, PolynomialOptions options = {}) {
  require<ValueError>(options.steps > 0, "polynomial: steps must be positive, got ", options.steps);
  return [=](std::int64_t step) {
    const double left =
        1 - static_cast<double>(std::min(step, options.steps)) / static_cast<double>(options.steps);
    return rate * std::pow(left, options.power);
  };
}

/// Half a cosine from `rate` at step 0 down to `last` at step `steps` (PyTorch's
/// CosineAnnealingLR).
inline Schedule cosine(double rate, std::int64_t steps, double last = 0) {
  require<ValueError>(steps > 0, "cosine: steps must be positive, got ", steps);
  return [=](std::int64_t step) {
    const double t = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
    return last + (rate - last) * 0.5 * (1 + std::cos(std::numbers::pi * t));
  };
}

/// What cosine_warm_restarts is told.
struct WarmRestartsOptions {
  std::int64_t first = 10;  ///< Steps of the first round (PyTorch's T_0).
  std::int64_t growth = 1;  ///< Each round is that many times as long as the one before (T_mult).
  double last = 0;          ///< What a round falls to (eta_min).
};

/// Half a cosine from `rate` down to `last`, again and again (Loshchilov and Hutter, "SGDR", 2017;
/// PyTorch's CosineAnnealingWarmRestarts): at step t of a round of n steps,
/// last + (rate - last) (1 + cos(pi t / n)) / 2.
inline Schedule cosine_warm_restarts(double rate, WarmRestartsOptions options = {}) {
  require<ValueError>(options.first > 0 && options.growth >= 1,
                      "cosine_warm_restarts: expects first > 0 and growth >= 1, got ",
                      options.first, " and ", options.growth);
  return [=](std::int64_t step) {
    std::int64_t begin = 0, length = options.first;
    if (options.growth == 1)
      begin = step / length * length;
    else
      while (step - begin >= length) begin += length, length *= options.growth;
    const double t = static_cast<double>(step - begin) / static_cast<double>(length);
    return options.last + (rate - options.last) * 0.5 * (1 + std::cos(std::numbers::pi * t));
  };
}

/// How the peaks of `cyclic` change.
enum class CyclicMode {
  triangular,   ///< They do not.
  triangular2,  ///< Each is half as high above the lowest rate as the one before.
  exp_range     ///< gamma^step times as high.
};

/// What cyclic is told.
struct CyclicOptions {
  std::int64_t steps_up = 2000;              ///< On which the rate rises (PyTorch's step_size_up).
  std::int64_t steps_down = 0;               ///< On which it falls again; 0: as many.
  CyclicMode mode = CyclicMode::triangular;  ///< How the peaks change.
  double gamma = 1;                          ///< Of exp_range.
};

/// Straight up from `low` to `high` and down again, again and again (Smith, "Cyclical learning
/// rates", 2017; PyTorch's CyclicLR).
inline Schedule cyclic(double low, double high, CyclicOptions options = {}) {
  require<ValueError>(options.steps_up > 0 && options.steps_down >= 0,
                      "cyclic: steps_up must be positive and steps_down not negative, got ",
                      options.steps_up, " and ", options.steps_down);
  const std::int64_t down = options.steps_down > 0 ? options.steps_down : options.steps_up;
  return [=](std::int64_t step) {
    const std::int64_t round = step / (options.steps_up + down);
    const std::int64_t at = step % (options.steps_up + down);
    const double up = static_cast<double>(options.steps_up), fall = static_cast<double>(down);
    const double height = at <= options.steps_up ? static_cast<double>(at) / up
                                                 : 1 - (static_cast<double>(at) - up) / fall;
    double scale = 1;
    if (options.mode == CyclicMode::triangular2) scale = std::pow(0.5, static_cast<double>(round));
    if (options.mode == CyclicMode::exp_range)
      scale = std::pow(options.gamma, static_cast<double>(step));
    return low + (high - low) * height * scale;
  };
}

/// Schedules one after the other: number k from milestone k - 1 on (steps, ascending, one fewer
/// than schedules), each from its own step 0 (PyTorch's SequentialLR).
inline Schedule sequential(std::vector<Schedule> schedules, std::vector<std::int64_t> milestones) {
  require<ValueError>(schedules.size() == milestones.size() + 1, "sequential: ", schedules.size(),
                      " schedules expect one milestone fewer, got ", milestones.size());
  require<ValueError>(std::is_sorted(milestones.begin(), milestones.end()),
                      "sequential: the milestones must ascend");
  return [schedules = std::move(schedules), milestones = std::move(milestones)](std::int64_t step) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), step);
    const auto number = static_cast<std::size_t>(next - milestones.begin());
    return schedules[number](next == milestones.begin() ? step : step - *(next - 1));
  };
}

/// The product of schedules: the first has the rate, the others are factors that begin at 1, such
/// as `exponential(1, 0.9)` (PyTorch's ChainedScheduler, of schedules that multiply).
inline Schedule chained(std::vector<Schedule> schedules) {
  require<ValueError>(!schedules.empty(), "chained: needs a schedule");
  return [schedules = std::move(schedules)](std::int64_t step) {
    double rate = 1;
    for (const auto& schedule : schedules) rate *= schedule(step);
    return rate;
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

/// What one_cycle is told.
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
