// JPEG, PNG and BMP files, walked to their end before stb decodes them. stb paints what is missing
// grey or black and says nothing, but a data set that was half copied must not train that way; and
// some versions write outside of their buffers when a JPEG announces more Huffman codes than there
// can be.
//
// What a header announces is compared with what is there, so that a few bytes cannot ask for all
// memory. No format packs pixels endlessly:
//
//   JPEG   a code has at least 1 bit, and each 8x8 block of the finest component has one or more
//   PNG    deflate makes at most 258 bytes of 2 bits: 1032 of a byte
//   BMP    rows are not packed
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

inline std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

/// The unsigned number in `count` bytes from `i`, little endian.
inline std::uint32_t little_endian(std::string_view bytes, std::size_t i, std::size_t count) {
  std::uint32_t value = 0;
  while (count-- > 0) value = value << 8 | byte_at(bytes, i + count);
  return value;
}

/// The unsigned number in `count` bytes from `i`, big endian.
inline std::uint32_t big_endian(std::string_view bytes, std::size_t i, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < count; ++k) value = value << 8 | byte_at(bytes, i + k);
  return value;
}

/// Whether each Huffman table in a DHT segment (what follows its length) has at most 256 codes: one
/// byte of kind, 16 counts of codes by length, then the codes' values.
inline bool huffman_tables_fit(std::string_view segment) {
  constexpr std::size_t lengths = 16, most_codes = 256;
  while (segment.size() > lengths) {
    std::size_t codes = 0;
    for (std::size_t i = 1; i <= lengths; ++i) codes += byte_at(segment, i);
    const std::size_t table = 1 + lengths + codes;
    if (codes > most_codes || table > segment.size()) return false;
    segment.remove_prefix(table);
  }
  return segment.empty();
}

/// Whether a file of `file_bytes` may hold the picture that a frame header (what follows its
/// length) announces: a precision, then height and width of two bytes each.
inline bool jpeg_frame_fits(std::string_view segment, std::size_t file_bytes) {
  if (segment.size() < 5) return false;
  const auto blocks = [&](std::size_t i) {
    return (std::uint64_t{big_endian(segment, i, 2)} + 7) / 8;
  };
  return blocks(1) * blocks(3) <= 8 * std::uint64_t{file_bytes};
}

/// What is wrong with a JPEG file, or nothing. Its segments must lead to an end-of-image marker.
/// Searching for the marker alone would find that of a thumbnail, so the segments are walked over;
/// in entropy-coded data FF 00 is a stuffed byte and FF D0..D7 a restart.
inline const char* jpeg_fault(std::string_view bytes) {
  constexpr const char* truncated = "truncated: the JPEG has no end";
  constexpr std::uint8_t end_of_image = 0xD9, huffman_tables = 0xC4;
  constexpr std::uint8_t first_frame = 0xC0, last_frame = 0xC2;  // baseline to progressive
  for (std::size_t i = 2; i + 1 < bytes.size();) {
    const std::uint8_t marker = byte_at(bytes, i + 1);
    const bool is_marker = byte_at(bytes, i) == 0xFF && marker > 0x01 && marker != 0xFF &&
                           !(0xD0 <= marker && marker <= 0xD7);
    if (!is_marker) {
      ++i;
      continue;
    }
    if (marker == end_of_image) return nullptr;
    if (i + 3 >= bytes.size()) return truncated;
    const std::size_t length = std::size_t{byte_at(bytes, i + 2)} << 8 | byte_at(bytes, i + 3);
    if (i + 2 + length > bytes.size()) return truncated;
    if (length < 2) return "the JPEG has a segment without length";
    if (marker == huffman_tables && !huffman_tables_fit(bytes.substr(i + 4, length - 2)))
      return "the JPEG has a malformed Huffman table";
    if (first_frame <= marker && marker <= last_frame &&
        !jpeg_frame_fits(bytes.substr(i + 4, length - 2), bytes.size()))
      return "truncated: the JPEG announces more pixels than its bytes can hold";
    i += 2 + length;
  }
  return truncated;
}

/// What is wrong with a PNG file, or nothing. Its chunks must lead to IEND, and the packed pixels
/// among them must be able to hold what IHDR announces.
inline const char* png_fault(std::string_view bytes) {
  constexpr const char* truncated = "truncated: the PNG has no end";
  constexpr std::size_t signature = 8, around = 12;  // a chunk's length, name and check sum
  constexpr std::uint64_t best_packing = 1032;
  std::uint64_t announced = 0, packed = 0;
  for (std::size_t i = signature; i + around <= bytes.size();) {
    const std::size_t length = big_endian(bytes, i, 4);
    const std::string_view name = bytes.substr(i + 4, 4);
    if (length > bytes.size() - i - around) return truncated;
    const std::string_view inside = bytes.substr(i + 8, length);
    if (name == "IHDR") {
      if (length != 13) return "the PNG has a malformed header";
      constexpr std::uint64_t channels[] = {1, 0, 3, 1, 2, 0, 4};  // by colour type
      const std::uint8_t colour = byte_at(inside, 9);
      if (colour > 6) return "the PNG has an unknown kind of colours";
      const std::uint64_t bits = channels[colour] * byte_at(inside, 8);
      const std::uint64_t row = 1 + (big_endian(inside, 0, 4) * bits + 7) / 8;  // and its filter
      if (__builtin_mul_overflow(row, std::uint64_t{big_endian(inside, 4, 4)}, &announced))
        return "the PNG announces more pixels than its bytes can hold";
    }
    if (name == "IDAT") packed += length;
    if (name == "IEND")
      return announced <= best_packing * packed
                 ? nullptr
                 : "truncated: the PNG announces more pixels than its bytes can hold";
    i += around + length;
  }
  return truncated;
}

/// What is wrong with a BMP file, or nothing. The rows that its header announces must be there:
/// uncompressed, padded to 4 bytes.
inline const char* bmp_fault(std::string_view bytes) {
  constexpr const char* truncated = "truncated: the BMP lacks rows";
  if (bytes.size() < 30) return truncated;
  const bool old_header = little_endian(bytes, 14, 4) == 12;  // OS/2: 16-bit sizes
  const auto size = [&](std::size_t i) {  // a negative height counts the rows from the top
    return std::int64_t{static_cast<std::int32_t>(little_endian(bytes, i, 4))};
  };
  const std::int64_t width = old_header ? std::int64_t{little_endian(bytes, 18, 2)} : size(18);
  const std::int64_t height = old_header ? std::int64_t{little_endian(bytes, 20, 2)} : size(22);
  const std::int64_t bits = little_endian(bytes, old_header ? 24 : 28, 2);
  const std::int64_t row = (width * bits + 31) / 32 * 4;
  const std::int64_t pixels = little_endian(bytes, 10, 4);
  const std::int64_t rows_there =
      row > 0 ? (static_cast<std::int64_t>(bytes.size()) - pixels) / row : 0;
  if (width <= 0 || height == 0) return "the BMP has no pixels";
  return rows_there >= std::abs(height) ? nullptr : truncated;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
