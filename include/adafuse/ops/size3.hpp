// Size3: a depth, a height and a width; one number stands for all, as in `{.stride = 2}`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// A size, step or count in three directions.
struct Size3 {
  /// Outermost first.
  Index depth, height, width;

  /// One number for all.
  constexpr Size3(Index all) : depth(all), height(all), width(all) {}
  /// `{depth, height, width}`.
  constexpr Size3(Index depth_, Index height_, Index width_)
      : depth(depth_), height(height_), width(width_) {}

  friend constexpr bool operator==(const Size3&, const Size3&) = default;
  /// Writes it, for messages.
  friend std::ostream& operator<<(std::ostream& out, const Size3& size) {
    return out << size.depth << 'x' << size.height << 'x' << size.width;
  }
};

}  // namespace adafuse::inline ADAFUSE_SIMD
