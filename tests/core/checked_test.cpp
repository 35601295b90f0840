// Arithmetic at the ends of the type.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/checked.hpp>
#include <limits>

namespace checked_test {

using adafuse::Checked;
using adafuse::scaled;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = -most - 1;

TEST_CASE("checked: within the type it is plain arithmetic") {
  CHECK((Checked(3) * 4 - 5 + 6).value() == 13);
  CHECK((Checked(most) + 0).value() == most);
  CHECK((Checked(least) + most).value() == -1);
  CHECK((Checked(most / 2) * 2).fits());
}

TEST_CASE("checked: what went beyond the type stays beyond it") {
  CHECK_FALSE((Checked(most) + 1).fits());
  CHECK_FALSE((Checked(least) - 1).fits());
  CHECK_FALSE((Checked(most / 2 + 1) * 2).fits());
  CHECK_FALSE((Checked(least) * -1).fits());
  CHECK_FALSE((Checked(most) + 1 - 1).fits());
  CHECK_FALSE((1 + Checked(most)).fits());
  CHECK_FALSE(((Checked(most) + 1) * 0).fits());
}

TEST_CASE("scaled: floor(a n / d), also where a n is beyond the type") {
  for (std::int64_t n = 0; n < 40; ++n)
    for (std::int64_t d = 1; d < 12; ++d)
      for (std::int64_t a = 0; a <= d; ++a) REQUIRE(scaled(n, a, d) == a * n / d);
  CHECK(scaled(most, 2, 3) == most / 3 * 2);  // 3 divides 2^63 - 1 but for 1: floor(2/3) = 0
  CHECK(scaled(most, std::int64_t{1} << 31, std::int64_t{1} << 31) == most);
  CHECK(scaled(most, 1, 2) == most / 2);
}

}  // namespace checked_test
