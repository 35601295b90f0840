// Spread: what several runs of one setting say together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// What several runs of one setting say together.
struct Spread {
  std::size_t count = 0;  ///< how many values there are
  double mean = 0;        ///< their sum over their count
  double deviation = 0;   ///< of the sample (n - 1); 0 of one value
  /// The smallest and the largest value.
  double least = 0, most = 0;
};

/// Throws ValueError without values.
inline Spread spread_of(const std::vector<double>& values) {
  require<ValueError>(!values.empty(), "spread_of: there are no values");
  const double n = static_cast<double>(values.size());
  Spread spread{.count = values.size(), .least = values[0], .most = values[0]};
  for (const double v : values) {
    spread.mean += v / n;
    spread.least = std::min(spread.least, v);
    spread.most = std::max(spread.most, v);
  }
  double squares = 0;
  for (const double v : values) squares += (v - spread.mean) * (v - spread.mean);
  if (values.size() > 1) spread.deviation = std::sqrt(squares / (n - 1));
  return spread;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
