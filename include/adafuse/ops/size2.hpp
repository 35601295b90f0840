// Size2: a height and a width; one number stands for both, as in `{.stride = 2}`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// A size, step or count in two directions.
struct Size2 {
  /// Along the rows' order, and along each row.
  Index height, width;

  /// One number for both.
  constexpr Size2(Index both) : height(both), width(both) {}
  /// `{height, width}`.
  constexpr Size2(Index height_, Index width_) : height(height_), width(width_) {}

  friend constexpr bool operator==(const Size2&, const Size2&) = default;
  /// Writes it, for messages.
  friend std::ostream& operator<<(std::ostream& out, const Size2& size) {
    return out << size.height << 'x' << size.width;
  }
};

}  // namespace adafuse::inline ADAFUSE_SIMD
