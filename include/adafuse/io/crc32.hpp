// CRC-32, the check sum of zip archives: the remainder modulo the polynomial 0x04C11DB7, bits
// reflected.
//
// Eight bytes a step ("slicing by 8"): table k tells what a byte does to the sum once k zero bytes
// have followed it, and what eight bytes do is the exclusive or of what each of them does.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

namespace detail {

inline constexpr auto crc32_tables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (sum & 1 ? 0xEDB88320u : 0u);
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t sum = tables[k - 1][byte];
      tables[k][byte] = (sum >> 8) ^ tables[0][sum & 255];
    }
  return tables;
}();

}  // namespace detail

/// The CRC-32 of these bytes: 0xCBF43926 for "123456789".
inline std::uint32_t crc32(std::string_view bytes) {
  const auto& tables = detail::crc32_tables;
  std::uint32_t sum = ~0u;
  while (bytes.size() >= 8) {
    std::uint64_t next = 0;
    std::memcpy(&next, bytes.data(), 8);  // little endian, as all files here
    next ^= sum;
    sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum ^= tables[7 - i][(next >> (8 * i)) & 255];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes)
    sum = (sum >> 8) ^ tables[0][(sum ^ static_cast<unsigned char>(c)) & 255];
  return ~sum;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
