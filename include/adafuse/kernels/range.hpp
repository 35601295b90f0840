// Range: positions from one to before another.
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

}  // namespace adafuse::kernels
