// Range: positions from one to before another, and a range cut into parts.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>

namespace adafuse::kernels {

/// Positions [begin, end); empty when end is not above begin.
struct Range {
  Index begin = 0, end = 0;
  Index size() const { return end > begin ? end - begin : 0; }
  bool operator==(const Range&) const = default;
};

/// Part `index` of [0, count) cut into `parts` whose sizes differ by at most one.
inline Range part(Index count, Index parts, Index index) {
  if (parts == 1) return {0, count};  // Small maps ask often, and divisions take long.
  return {count * index / parts, count * (index + 1) / parts};
}
/// The same with cuts only at multiples of `step`.
inline Range part_in_steps(Index count, Index step, Index parts, Index index) {
  const auto [begin, end] = part((count + step - 1) / step, parts, index);
  return {begin * step, end * step < count ? end * step : count};
}

}  // namespace adafuse::kernels
