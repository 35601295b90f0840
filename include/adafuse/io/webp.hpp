// The door to libwebp: WebP pictures, and how they are written without loss. A program that
// includes this links libwebp: adafuse::webp in CMake, -lwebp. io/image.hpp reads WebP where
// ImageOptions::webp is decode_webp.
// SPDX-License-Identifier: MIT
#pragma once

#include <webp/decode.h>
#include <webp/encode.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/image_options.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// The picture in these bytes, [H, W, 3]; transparency is dropped. `name` is what errors call it.
/// Throws FormatError for what is no WebP, is truncated or animated, or has more pixels than the
/// options allow, before memory is taken for them.
inline Tensor<std::uint8_t> decode_webp(std::string_view bytes, const std::string& name,
                                        const ImageOptions& options) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  const bool known = WebPGetFeatures(data, bytes.size(), &features) == VP8_STATUS_OK;
  require<FormatError>(known, name, ": cannot decode: no WebP picture, or truncated");
  require<FormatError>(features.has_animation == 0, name,
                       ": is an animation, and frames are pictures of one moment");
  detail::require_pixels(Index{features.width} * features.height, options, name);
  auto image = Tensor<std::uint8_t>::uninitialized({features.height, features.width, 3});
  const bool whole =
      WebPDecodeRGBInto(data, bytes.size(), image.data(), static_cast<std::size_t>(image.size()),
                        3 * features.width) != nullptr;
  require<FormatError>(whole, name, ": cannot decode: the WebP is truncated or damaged");
  return image;
}

/// A picture [H, W, 3] as the bytes of a WebP file, without loss. Throws ShapeError, ValueError.
inline std::string encode_webp(const Tensor<std::uint8_t>& image) {
  require<ShapeError>(image.rank() == 3 && image.size(2) == 3 && image.size() > 0 &&
                          image.size(0) <= WEBP_MAX_DIMENSION &&
                          image.size(1) <= WEBP_MAX_DIMENSION,
                      "encode_webp: expected a picture [H,W,3] of sides up to ", WEBP_MAX_DIMENSION,
                      ", got ", image.shape());
  std::uint8_t* packed = nullptr;
  const int width = static_cast<int>(image.size(1));
  const std::size_t size = WebPEncodeLosslessRGB(
      image.data(), width, static_cast<int>(image.size(0)), 3 * width, &packed);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(packed, WebPFree);
  require<ValueError>(size > 0, "encode_webp: libwebp refuses the picture ", image.shape());
  return {reinterpret_cast<const char*>(packed), size};
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
