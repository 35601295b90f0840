// CRC-32 on the values that everybody agrees on.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/crc32.hpp>
#include <string>

namespace crc32_test {

using namespace adafuse;

namespace {

/// The definition: bit by bit, long division by the polynomial.
std::uint32_t bitwise(std::string_view bytes) {
  std::uint32_t sum = ~0u;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (sum & 1 ? 0xEDB88320u : 0u);
  }
  return ~sum;
}

}  // namespace

TEST_CASE("crc32: known sums") {
  CHECK(io::crc32("") == 0);
  CHECK(io::crc32("123456789") == 0xCBF43926);
  CHECK(io::crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339);
}

TEST_CASE("crc32: eight bytes a step give what one bit a step gives, at every length") {
  std::string bytes;
  for (std::uint64_t i = 0; i < 70; ++i) {
    CHECK(io::crc32(bytes) == bitwise(bytes));
    bytes += static_cast<char>(Key(3).bits(i));
  }
}

}  // namespace crc32_test
