// What a picture may be, for everything that reads pictures.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

struct ImageOptions;

/// Makes the picture [H, W, 3] of the bytes of a file that errors call `name`.
using DecodePicture = Tensor<std::uint8_t> (*)(std::string_view bytes, const std::string& name,
                                               const ImageOptions& options);

/// What a picture may be.
struct ImageOptions {
  /// Pixels of a picture, or of all frames of an animation together: 179 million are half a
  /// gigabyte.
  Index most_pixels = (Index{1} << 30) / 6;
  /// Who reads WebP: decode_webp (io/webp.hpp), where libwebp is there; nobody: it is refused.
  DecodePicture webp = nullptr;
};

/// What a program without libwebp says of a picture.
inline constexpr const char* webp_needs_libwebp =
    "is a WebP picture, and this program was built without libwebp, which reads them (Debian: "
    "libwebp-dev)";

namespace detail {

/// Throws FormatError for more pixels than the options allow.
inline void require_pixels(Index pixels, const ImageOptions& options, const std::string& name) {
  require<FormatError>(pixels <= options.most_pixels, name, ": has ", pixels,
                       " pixels, more than the ", options.most_pixels,
                       " that are allowed (most_pixels, --most-pixels)");
}

}  // namespace detail

}  // namespace adafuse::io::inline ADAFUSE_SIMD
