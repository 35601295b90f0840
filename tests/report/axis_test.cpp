// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/report/axis.hpp>

namespace axis_test {

using namespace adafuse;
using namespace adafuse::report;

TEST_CASE("axis: ticks are round numbers that hold the values") {
  CHECK(axis_over(0, 100).ticks() == std::vector<double>{0, 20, 40, 60, 80, 100});
  CHECK(axis_over(41, 99).ticks() == std::vector<double>{40, 50, 60, 70, 80, 90, 100});
  CHECK(axis_over(0.3, 0.7).ticks().size() == 5);  // in steps of 0.1
  CHECK(axis_over(-3, 3).low == -3);
}

TEST_CASE("axis: bounds that are ticks already stay") {
  const Axis axis = axis_over(0.1, 0.7);
  CHECK(axis.low == doctest::Approx(0.1));
  CHECK(axis.high == doctest::Approx(0.7));
}

TEST_CASE("axis: any range is held, in at most the wanted steps and at least a third of them") {
  Draws draws(Key(3));
  for (int i = 0; i < 2000; ++i) {
    const double low = draws.uniform(-50, 50), span = std::pow(10, draws.uniform(-3, 4));
    const Axis axis = axis_over(low, low + span);
    CHECK(axis.low <= low + 1e-6 * span);
    CHECK(axis.high >= low + span - 1e-6 * span);
    const auto steps = axis.ticks().size() - 1;
    CHECK(steps <= 6);
    CHECK(steps >= 2);
  }
}

TEST_CASE("axis: values map linearly to pixels, downwards too") {
  const Axis axis{.low = 40, .high = 100, .step = 20, .from = 300, .to = 0};
  CHECK(axis.at(40) == 300);
  CHECK(axis.at(100) == 0);
  CHECK(axis.at(70) == doctest::Approx(150));
}

TEST_CASE("axis: an empty range is refused") {
  CHECK_THROWS_AS(axis_over(1, 1), ValueError);
  CHECK_THROWS_AS(axis_over(2, 1), ValueError);
  CHECK_THROWS_AS(axis_over(std::nan(""), 1), ValueError);
}

}  // namespace axis_test
