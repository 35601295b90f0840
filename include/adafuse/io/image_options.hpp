// What a picture may be, for everything that reads pictures.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <string>

namespace adafuse::io::inline ADAFUSE_SIMD {

struct ImageOptions {
  /// Pixels of a picture, or of all frames of an animation together: 179 million are half a
  /// gigabyte.
  Index most_pixels = (Index{1} << 30) / 6;
};

namespace detail {

/// Throws FormatError for more pixels than the options allow.
inline void require_pixels(Index pixels, const ImageOptions& options, const std::string& name) {
  require<FormatError>(pixels <= options.most_pixels, name, ": has ", pixels,
                       " pixels, more than the ", options.most_pixels,
                       " that are allowed (most_pixels, --most-pixels)");
}

}  // namespace detail

}  // namespace adafuse::io::inline ADAFUSE_SIMD
