// Axis: from values to pixels, with ticks at round numbers.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <cmath>
#include <vector>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// Values [low, high], both multiples of `step`, drawn from pixel `from` to pixel `to`.
struct Axis {
  /// Of the values.
  double low = 0, high = 1, step = 1;
  /// In pixels.
  double from = 0, to = 1;

  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }

  /// The multiples of `step` from low to high.
  std::vector<double> ticks() const {
    std::vector<double> values;
    const long count = std::lround((high - low) / step);
    for (long i = 0; i <= count; ++i) values.push_back(low + static_cast<double>(i) * step);
    return values;
  }
};

/// The smallest axis with steps of 1, 2 or 5 times a power of ten that holds [low, high] in at most
/// `steps` steps. Throws ValueError unless low < high.
inline Axis axis_over(double low, double high, int steps = 6) {
  require<ValueError>(low < high && steps >= 2,
                      "axis_over: expected low < high and steps >= 2, got ", low, ", ", high, ", ",
                      steps);
  double power = std::pow(10, std::floor(std::log10((high - low) / steps)));
  for (;; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = factor * power;
      // Bounds that are multiples already must not be pushed out by rounding.
      const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
      if (last - first <= steps) return {.low = first * step, .high = last * step, .step = step};
    }
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
