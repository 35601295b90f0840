// Pictures inside of a document: bytes as base64 (RFC 4648), and a PNG as a data URI.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/image.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// Three bytes become four characters of six bits; `=` fills up the last four.
inline std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = i; k < i + 3; ++k)
      group = group << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// The picture [H, W, 3] as a PNG that stands in for a file's address. Throws ShapeError.
inline std::string png_data_uri(const io::Image& image) {
  return "data:image/png;base64," + base64(io::encode_png(image));
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
