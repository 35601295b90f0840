// Schedules at their corners, and one_cycle against PyTorch's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/schedule.hpp>

#include "../golden/layers.hpp"

namespace schedule_test {

using namespace adafuse;
using namespace adafuse::optim;
using doctest::Approx;

TEST_CASE("golden: one_cycle is PyTorch's OneCycleLR at every step") {
  for (int number = 0; number < 3; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("one_cycle.", number)};
    const auto rates = c["rates"], options = c["options"];
    const auto schedule = one_cycle(
        options(0), rates.size(),
        {.warm_share = options(1), .first_divisor = options(2), .last_divisor = options(3)});
    auto got = Tensor<double>::uninitialized(rates.shape());
    for (Index step = 0; step < rates.size(); ++step) got(step) = schedule(step);
    golden::check_close(got, rates, "rates", 1e-14);
  }
}

TEST_CASE("one_cycle: starts at a 25th of the peak, reaches it, ends at 1e-4 of the start") {
  const auto rate = one_cycle(1, 11, {.warm_share = 4. / 11});
  CHECK(rate(0) == Approx(1. / 25));
  CHECK(rate(3) == Approx(1));
  CHECK(rate(10) / (1. / 25 * 1e-4) == Approx(1));
  CHECK(rate(100) == rate(10));
  for (int step = 0; step < 10; ++step) CHECK((rate(step) < rate(step + 1)) == (step < 3));
}

TEST_CASE("one_cycle: a run of one step, and a warm-up of one") {
  CHECK(one_cycle(1, 1)(0) / 4e-6 == Approx(1));
  CHECK(one_cycle(1, 4, {.warm_share = 0.25})(0) == Approx(1));
  CHECK_THROWS_AS(one_cycle(1, 0), ValueError);
  CHECK_THROWS_AS(one_cycle(1, 5, {.warm_share = 0}), ValueError);
  CHECK_THROWS_AS(one_cycle(1, 5, {.warm_share = 1}), ValueError);
}

TEST_CASE("multi_step: a tenth from each milestone on") {
  const auto rate = multi_step(0.01, {20, 40});
  CHECK(rate(0) == 0.01);
  CHECK(rate(19) == 0.01);
  CHECK(rate(20) / 1e-3 == Approx(1));
  CHECK(rate(39) / 1e-3 == Approx(1));
  CHECK(rate(40) / 1e-4 == Approx(1));
  CHECK(multi_step(1, {1}, 0.5)(7) == 0.5);
  CHECK(multi_step(3, {})(7) == 3);
}

TEST_CASE("cosine: the rate, half of it half-way, the last one from the end on") {
  const auto rate = cosine(0.2, 10), to_last = cosine(1, 10, 0.5);
  CHECK(rate(0) == Approx(0.2));
  CHECK(rate(5) == Approx(0.1));
  CHECK(rate(10) == Approx(0));
  CHECK(rate(1000) == rate(10));
  CHECK(to_last(5) == Approx(0.75));
  CHECK(to_last(10) == Approx(0.5));
  CHECK_THROWS_AS(cosine(1, 0), ValueError);
}

TEST_CASE("warm_up: rises in equal parts to the schedule that follows") {
  const auto rate = warm_up(4, constant(2));
  CHECK(rate(0) == Approx(0.5));
  CHECK(rate(2) == Approx(1.5));
  CHECK(rate(3) == Approx(2));
  CHECK(rate(4) == 2);
  CHECK(warm_up(0, constant(2))(0) == 2);
  CHECK(warm_up(1, constant(2))(0) == 2);
  // The schedule inside is at its own step from the start.
  CHECK(warm_up(10, multi_step(1, {5}))(5) == Approx(0.06));
  CHECK_THROWS_AS(warm_up(-1, constant(2)), ValueError);
}

TEST_CASE("golden: schedules are PyTorch's at every step") {
  // The options of `schedules()` in layers.py.
  const std::vector<std::pair<std::string, Schedule>> cases = {
      {"exponential", exponential(0.5, 0.9)},
      {"polynomial", polynomial(0.5, {.steps = 7, .power = 2})},
      {"warm_restarts", cosine_warm_restarts(0.5, {.first = 5, .last = 0.05})},
      {"warm_restarts_growing", cosine_warm_restarts(0.5, {.first = 3, .growth = 2})},
      {"cyclic", cyclic(0.1, 0.5, {.steps_up = 4, .steps_down = 3})},
      {"cyclic_halved", cyclic(0.1, 0.5, {.steps_up = 3, .mode = CyclicMode::triangular2})},
      {"cyclic_exponential",
       cyclic(0.1, 0.5, {.steps_up = 3, .mode = CyclicMode::exp_range, .gamma = 0.9})},
      {"sequential", sequential({exponential(0.5, 0.5), exponential(0.5, 0.9)}, {4})},
      {"chained", chained({exponential(0.5, 0.9), multi_step(1, {3, 8}, 0.5)})},
  };
  for (const auto& [name, schedule] : cases) {
    const auto rates = golden::Case{"schedule." + name}["rates"];
    auto got = Tensor<double>::uninitialized(rates.shape());
    for (Index step = 0; step < rates.size(); ++step) got(step) = schedule(step);
    golden::check_close(got, rates, name, 1e-14);
  }
}

TEST_CASE("polynomial: a line by default, and nothing after the end") {
  const auto rate = polynomial(2, {.steps = 4});
  CHECK(rate(0) == 2);
  CHECK(rate(1) == 1.5);
  CHECK(rate(4) == 0);
  CHECK(rate(400) == 0);
  CHECK_THROWS_AS(polynomial(1, {.steps = 0}), ValueError);
}

TEST_CASE("cosine_warm_restarts: each round begins at the rate, and is as long as it should be") {
  const auto rate = cosine_warm_restarts(1, {.first = 2, .growth = 3});
  for (const int begin : {0, 2, 8, 26}) CHECK(rate(begin) == 1);
  CHECK(rate(1) == Approx(0.5));
  CHECK(rate(5) == Approx(0.5));
  CHECK(rate(1'000'000) >= 0);
  CHECK_THROWS_AS(cosine_warm_restarts(1, {.first = 0}), ValueError);
  CHECK_THROWS_AS(cosine_warm_restarts(1, {.growth = 0}), ValueError);
}

TEST_CASE("cyclic: from low to high and back") {
  const auto rate = cyclic(1, 3, {.steps_up = 2, .steps_down = 4});
  CHECK(rate(0) == 1);
  CHECK(rate(2) == 3);
  CHECK(rate(4) == 2);
  CHECK(rate(6) == 1);
  CHECK(rate(8) == 3);
  CHECK_THROWS_AS(cyclic(1, 2, {.steps_up = 0}), ValueError);
  CHECK_THROWS_AS(cyclic(1, 2, {.steps_down = -1}), ValueError);
}

TEST_CASE("sequential: each schedule from its own start") {
  const auto rate = sequential({constant(1), multi_step(2, {1}), constant(3)}, {2, 4});
  CHECK(rate(1) == 1);
  CHECK(rate(2) == 2);
  CHECK(rate(3) == Approx(0.2));
  CHECK(rate(4) == 3);
  CHECK(sequential({constant(7)}, {})(5) == 7);
  CHECK_THROWS_AS(sequential({constant(1)}, {3}), ValueError);
  CHECK_THROWS_AS(sequential({}, {}), ValueError);
  CHECK_THROWS_AS(sequential({constant(1), constant(1), constant(1)}, {4, 2}), ValueError);
}

TEST_CASE("chained: the product") {
  CHECK(chained({constant(2), constant(0.5), exponential(1, 0.5)})(3) == 0.125);
  CHECK_THROWS_AS(chained({}), ValueError);
}

}  // namespace schedule_test
