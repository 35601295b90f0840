// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/remaining_time.hpp>

namespace remaining_time_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("remaining time: steps and validations to come, at the pace of those that were") {
  RemainingTime time(6, 100);  // a validation of 6 batches
  time.step({.epoch = 0, .epochs = 2, .step = 1, .steps = 4}, 110);
  CHECK(time.step_seconds() == 10);
  CHECK(time.measured() == 0);
  CHECK(time.left() == 7 * 10 + 2 * 20);

  // The first step made room; from the second on it does not count.
  time.step({0, 2, 2, 4}, 113);
  time.step({0, 2, 3, 4}, 116);
  time.step({0, 2, 4, 4}, 119);
  CHECK(time.measured() == 3);
  CHECK(time.measured_seconds() == 9);
  CHECK(time.step_seconds() == doctest::Approx(3));
  CHECK(time.left() == doctest::Approx(4 * 3 + 2 * 6));

  // What a validation takes is known once there was one, and is no part of the next step.
  time.epoch(120);
  time.step({1, 2, 1, 4}, 123);
  CHECK(time.step_seconds() == doctest::Approx(3));
  CHECK(time.left() == doctest::Approx(3 * 3 + 1));
}

TEST_CASE("remaining time: the last steps weigh most") {
  RemainingTime time(0, 0);
  double now = 0;
  for (Index step = 1; step <= 2000; ++step) {
    now += step <= 1000 ? 1 : 3;
    time.step({0, 1, step, 4000}, now);
  }
  CHECK(time.step_seconds() == doctest::Approx(3).epsilon(0.001));
  CHECK(time.left() == doctest::Approx(6000).epsilon(0.001));
}

TEST_CASE("remaining time: a run that goes on after its last step counts no validation before it") {
  RemainingTime time(3, 0);
  time.epoch(5);
  time.step({1, 3, 1, 2}, 7);
  CHECK(time.step_seconds() == 2);
  CHECK(time.left() == doctest::Approx(3 * 2 + 2 * 2));
}

}  // namespace remaining_time_test
