// Half and bfloat16 to float, bit by bit.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/half.hpp>
#include <cmath>
#include <limits>

namespace half_test {

using namespace adafuse::io;

TEST_CASE("half: known values") {
  CHECK(half_to_float(0x3C00) == 1.0f);
  CHECK(half_to_float(0xC000) == -2.0f);
  CHECK(half_to_float(0x7BFF) == 65504.0f);
  CHECK(half_to_float(0x3555) == 0.333251953125f);
  CHECK(half_to_float(0x0001) == 0x1p-24f);
  CHECK(half_to_float(0x0400) == 0x1p-14f);
  CHECK(half_to_float(0x0000) == 0.0f);
  CHECK(std::signbit(half_to_float(0x8000)));
  CHECK(half_to_float(0xFC00) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(half_to_float(0x7E00)));
}

TEST_CASE("half: values grow with their bits, and the sign bit negates") {
  for (std::uint16_t bits = 0; bits < 0x7C00; ++bits) {
    REQUIRE(half_to_float(bits) < half_to_float(static_cast<std::uint16_t>(bits + 1)));
    REQUIRE(half_to_float(static_cast<std::uint16_t>(bits | 0x8000)) == -half_to_float(bits));
  }
}

TEST_CASE("half: bfloat16 is the upper half of a float") {
  CHECK(bfloat16_to_float(0x3F80) == 1.0f);
  CHECK(bfloat16_to_float(0xC049) == -3.140625f);
  CHECK(std::isinf(bfloat16_to_float(0x7F80)));
}

}  // namespace half_test
