// The rate that falls on a plateau, against PyTorch's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/plateau.hpp>

#include "../golden/layers.hpp"

namespace plateau_test {

using namespace adafuse;
using optim::ReduceOnPlateau;

namespace {

/// The options of `schedules()` in layers.py.
const std::vector<optim::PlateauOptions> options = {
    {.factor = 0.5, .patience = 2},
    {.factor = 0.5, .patience = 1, .threshold = 0.2, .cooldown = 2, .least_rate = 0.1},
    {.better = optim::Better::larger,
     .factor = 0.1,
     .patience = 1,
     .threshold = 0.3,
     .threshold_mode = optim::ThresholdMode::absolute},
};

}  // namespace

TEST_CASE("golden: ReduceOnPlateau is PyTorch's ReduceLROnPlateau at every observation") {
  for (std::size_t number = 0; number < options.size(); ++number) {
    CAPTURE(number);
    const golden::Case c{concat("plateau.", number)};
    const auto values = c["values"], rates = c["rates"];
    ReduceOnPlateau plateau(0.5, options[number]);
    for (Index step = 0; step < values.size(); ++step) {
      CAPTURE(step);
      plateau.observe(values(step));
      CHECK(plateau.rate() == doctest::Approx(rates(step)).epsilon(1e-14));
    }
  }
}

TEST_CASE("ReduceOnPlateau: goes on from a saved state as if nothing had happened") {
  const auto values = golden::Case{"plateau.1"}["values"];
  for (Index stop = 0; stop < values.size(); ++stop) {
    ReduceOnPlateau whole(0.5, options[1]), first(0.5, options[1]), second(9, options[1]);
    for (Index step = 0; step < values.size(); ++step) {
      whole.observe(values(step));
      if (step == stop) second.restore(first.state());
      (step < stop ? first : second).observe(values(step));
    }
    CHECK(second.rate() == whole.rate());
    CHECK(second.state().best == whole.state().best);
  }
}

TEST_CASE("ReduceOnPlateau: a loss that is NaN from the start is a plateau") {
  ReduceOnPlateau plateau(1, {.patience = 1});
  for (int step = 0; step < 2; ++step) plateau.observe(std::nan(""));
  CHECK(plateau.rate() == 0.1);
}

TEST_CASE("ReduceOnPlateau: options that make no sense are refused") {
  CHECK_THROWS_AS(ReduceOnPlateau(1, {.factor = 1}), ValueError);
  CHECK_THROWS_AS(ReduceOnPlateau(1, {.factor = 0}), ValueError);
  CHECK_THROWS_AS(ReduceOnPlateau(1, {.patience = -1}), ValueError);
  CHECK_THROWS_AS(ReduceOnPlateau(1, {.threshold = std::nan("")}), ValueError);
}

}  // namespace plateau_test
