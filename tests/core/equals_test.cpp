// equals is ==: of zeros, of neighbours, of what is no number.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/equals.hpp>
#include <cmath>
#include <limits>

namespace equals_test {

using adafuse::equals;

TEST_CASE_TEMPLATE("equals: what == says, to the last bit", T, float, double) {
  using Limits = std::numeric_limits<T>;
  CHECK(equals(T{1}, 1));
  CHECK(equals(T{0}, T{-0.0}));
  CHECK_FALSE(equals(std::nextafter(T{1}, T{2}), 1));
  CHECK_FALSE(equals(Limits::denorm_min(), 0));
  CHECK(equals(Limits::infinity(), Limits::infinity()));
  CHECK_FALSE(equals(Limits::infinity(), -Limits::infinity()));
  CHECK_FALSE(equals(Limits::quiet_NaN(), Limits::quiet_NaN()));
  CHECK_FALSE(equals(Limits::quiet_NaN(), 0));
  static_assert(equals(T{0.5}, T{0.5}) && !equals(T{0.5}, 1));
}

}  // namespace equals_test
