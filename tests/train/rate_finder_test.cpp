// The range test of rates: where it looks, where it stops, what it suggests.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/rate_finder.hpp>
#include <limits>

namespace rate_finder_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("rate_finder: rates grow by the same factor from the first to the last") {
  RateFinder finder({.from = 1e-4, .to = 1e-1, .steps = 31});
  CHECK(finder.rate() == doctest::Approx(1e-4));
  int steps = 1;
  while (finder.learn(1.0)) ++steps;
  CHECK(steps == 31);
  CHECK(finder.steps()[10].rate == doctest::Approx(1e-3));
  CHECK(finder.steps()[30].rate == doctest::Approx(1e-1));
  CHECK(finder.steps()[30].smoothed == doctest::Approx(1.0));
  CHECK_FALSE(finder.diverged());
  CHECK_FALSE(finder.suggestion());  // nothing falls
}

TEST_CASE("rate_finder: suggests where the loss falls most, or a tenth of where it diverges") {
  // A step in the loss at rate 1e-2, and an explosion at 0.5.
  RateFinder finder({.from = 1e-5, .to = 1, .steps = 101});
  for (bool more = true; more;) {
    const double rate = finder.rate();
    more = finder.learn(rate > 0.5 ? 100 : rate < 1e-2 ? 2.0 : 1.0);
  }
  REQUIRE(finder.steepest());
  CHECK(*finder.steepest() == doctest::Approx(1e-2).epsilon(0.25));
  REQUIRE(finder.diverged());
  CHECK(*finder.diverged() > 0.5);
  CHECK(*finder.diverged() < 0.6);
  CHECK(*finder.suggestion() == *finder.steepest());
  CHECK(rate_csv(finder).starts_with("rate,loss,smoothed\n1e-05,2,2\n"));
}

TEST_CASE("rate_finder: a loss that is no number ends the test, and a tenth of its rate counts") {
  RateFinder finder({.from = 1e-3, .to = 1, .steps = 10});
  CHECK(finder.learn(2));
  CHECK(finder.learn(1));
  CHECK(finder.learn(0.5));
  CHECK_FALSE(finder.learn(std::numeric_limits<double>::infinity()));
  CHECK(*finder.diverged() == doctest::Approx(1e-2));
  CHECK(*finder.suggestion() == doctest::Approx(1e-3));
}

TEST_CASE("rate_finder: a range that is none is refused") {
  CHECK_THROWS_WITH_AS(RateFinder({.from = 0}), "from: a rate must be positive, got 0", ValueError);
  CHECK_THROWS_WITH_AS(RateFinder({.from = 1, .to = 1}), "to: expects a rate above 1, got 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(RateFinder({.steps = 9}), "steps: expects 10 to 100000, got 9", ValueError);
}

}  // namespace rate_finder_test
