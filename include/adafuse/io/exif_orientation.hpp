// How a camera was held: the orientation in the EXIF segment of a JPEG, and pictures turned by it.
//
// A JPEG's APP1 segment holds "Exif\0\0" and a TIFF: its byte order (II or MM), 42, where the first
// directory lies, and there rows of 12 bytes: tag, type, count, value. Tag 0x0112 says what the
// first row and the first column of the stored picture are:
//
//   1 top, left     2 top, right    3 bottom, right  4 bottom, left
//   5 left, top     6 right, top    7 right, bottom  8 left, bottom
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/picture_end.hpp>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// The orientation that a TIFF states, 1 to 8; 1 where it states none, or nothing that can be read.
inline int tiff_orientation(std::string_view tiff) {
  constexpr std::size_t row_bytes = 12;
  constexpr std::uint32_t orientation = 0x0112, short_type = 3;
  const bool little = tiff.starts_with("II");
  if (!little && !tiff.starts_with("MM")) return 1;
  const auto number = [&](std::size_t i, std::size_t count) {
    return little ? little_endian(tiff, i, count) : big_endian(tiff, i, count);
  };
  if (tiff.size() < 8 || number(2, 2) != 42) return 1;
  const std::size_t directory = number(4, 4);
  if (directory + 2 > tiff.size()) return 1;
  const std::size_t rows = number(directory, 2);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = directory + 2 + row * row_bytes;
    if (at + row_bytes > tiff.size()) return 1;
    if (number(at, 2) != orientation) continue;
    const auto value = number(at + 8, 2);
    return number(at + 2, 2) == short_type && 1 <= value && value <= 8 ? static_cast<int>(value)
                                                                       : 1;
  }
  return 1;
}

/// The orientation of a JPEG, 1 to 8; 1, as it is stored, where it says nothing.
inline int jpeg_orientation(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::string_view exif = "Exif\0\0"sv;
  constexpr std::uint8_t app1 = 0xE1, start_of_scan = 0xDA;
  for (std::size_t i = 2; i + 4 <= bytes.size() && byte_at(bytes, i) == 0xFF;) {
    const std::uint8_t marker = byte_at(bytes, i + 1);
    if (marker == 0xFF) {  // a fill byte
      ++i;
      continue;
    }
    const std::size_t length = big_endian(bytes, i + 2, 2);
    if (marker == start_of_scan || length < 2 || i + 2 + length > bytes.size()) return 1;
    const auto segment = bytes.substr(i + 4, length - 2);
    if (marker == app1 && segment.starts_with(exif))
      return tiff_orientation(segment.substr(exif.size()));
    i += 2 + length;
  }
  return 1;
}

/// Whether pictures of this orientation lie on their sides: height and width are exchanged.
inline bool lies_on_side(int orientation) { return orientation >= 5; }

/// A stored picture [H, W, 3] as it is meant to be seen, [H, W, 3] or [W, H, 3].
inline Tensor<std::uint8_t> upright(const Tensor<std::uint8_t>& stored, int orientation) {
  if (orientation == 1) return stored;
  const bool side = lies_on_side(orientation);
  const Index height = stored.size(0), width = stored.size(1);
  auto seen =
      Tensor<std::uint8_t>::uninitialized({side ? width : height, side ? height : width, 3});
  // Where the stored rows and columns run backwards in what is seen.
  const bool rows_back =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool columns_back =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const auto from = stored.view<3>();
  for (Index i = 0; i < height; ++i)
    for (Index j = 0; j < width; ++j) {
      const Index row = rows_back ? height - 1 - i : i, column = columns_back ? width - 1 - j : j;
      for (Index c = 0; c < 3; ++c)
        seen(side ? column : row, side ? row : column, c) = from(i, j, c);
    }
  return seen;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
