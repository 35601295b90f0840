// The bytes of one type as another.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/bits_as.hpp>
#include <array>
#include <cstdint>
#include <limits>

namespace bits_as_test {

using adafuse::bits_as;

static_assert(bits_as<std::uint32_t>(1.0f) == 0x3f800000u);
static_assert(bits_as<double>(std::uint64_t{0x4000000000000000u}) == 2.0);

TEST_CASE("bits as: there and back, NaN's bits too") {
  for (const std::uint64_t bits :
       {0x7ff8000000000123u, 0xfff0000000000000u, 0x8000000000000000u, std::uint64_t{1}})
    CHECK(bits_as<std::uint64_t>(bits_as<double>(bits)) == bits);
  CHECK(bits_as<std::uint32_t>(std::array<char, 4>{1, 1, 1, 1}) == 0x01010101u);
}

}  // namespace bits_as_test
