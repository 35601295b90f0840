// Bits of bytes, and lists of bits, against loops over bytes.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/byte_bits.hpp>
#include <vector>

namespace byte_bits_test {

using namespace adafuse;

TEST_CASE("byte bits: bit i says whether byte i is the value, and no byte beyond is read") {
  for (Index count = 0; count <= 2 * bits_at_once; ++count) {
    std::vector<std::uint8_t> bytes;  // Its end is the end of the memory.
    for (Index i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i * i % 3));
    for (const int wanted : {0, 1, 2, 200}) {
      const auto value = static_cast<std::uint8_t>(wanted);
      std::uint32_t expected = 0;
      for (Index i = 0; i < std::min(count, bits_at_once); ++i)
        expected |= (bytes[static_cast<std::size_t>(i)] == value ? 1u : 0u) << i;
      CHECK(equal_bits(bytes.data(), count, value) == expected);
    }
  }
}

TEST_CASE("byte bits: the list has the numbers of the bits that are set, and nothing behind them") {
  for (std::uint32_t bits = 0; bits < 1u << bits_at_once; bits += 7) {
    std::vector<std::int32_t> expected, numbers(bits_at_once + 1, -5);
    for (int i = 0; i < bits_at_once; ++i)
      if (bits >> i & 1u) expected.push_back(100 + i);
    REQUIRE(list_bits(bits, 100, numbers.data()) == std::ssize(expected));
    expected.resize(numbers.size(), -5);
    REQUIRE(numbers == expected);
  }
}

}  // namespace byte_bits_test
