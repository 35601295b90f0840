// Which epoch a run calls its best, on made-up epochs.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/best_epoch.hpp>
#include <adafuse/train/json_fields.hpp>

namespace best_epoch_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// The number of the best of these epochs, all with lambda 0.5 asked for.
Index best_of(const std::vector<BestEpoch>& epochs, double asked = 0.5) {
  BestEpoch best;
  Index number = -1;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const bool counts = i + 1 == epochs.size() || best.admits(epochs[i], asked);
    if (counts && best.take(epochs[i])) number = static_cast<Index>(i);
  }
  return number;
}

}  // namespace

TEST_CASE("best epoch: the most accurate, then the cheapest, then the first") {
  CHECK(best_of({{80, 0.4, 0.5}, {90, 0.5, 0.5}, {85, 0.3, 0.5}}) == 1);
  CHECK(best_of({{90, 0.5, 0.5}, {90, 0.4, 0.5}, {90, 0.4, 0.5}}) == 1);
}

TEST_CASE("best epoch: one that paid nothing is no candidate, but for the last") {
  CHECK(best_of({{99, 0.9, 0}, {80, 0.4, 0.5}, {79, 0.4, 0.5}}) == 1);
  CHECK(best_of({{50, 0.9, 0}, {60, 0.9, 0}, {55, 0.9, 0}}) == 2);
  BestEpoch none;
  CHECK_FALSE(none.admits({99, 0.9, 0}, 0.5));
  CHECK(none.top1 == -1);
}

TEST_CASE("best epoch: without a price all are candidates") {
  CHECK(best_of({{50, 0.9, 0}, {60, 0.9, 0}, {55, 0.8, 0}}, 0) == 1);
}

TEST_CASE("best epoch: a much higher lambda takes the place, whatever it reaches") {
  CHECK(best_of({{90, 0.9, 0.1}, {70, 0.5, 0.3}, {75, 0.4, 0.4}}) == 2);
  CHECK(best_of({{90, 0.9, 0.45}, {70, 0.5, 0.5}}) == 0);
  CHECK(best_of({{90, 0.9, 0.44}, {70, 0.5, 0.5}}) == 1);
}

TEST_CASE("best epoch: one of a lower lambda competes only if it is the last") {
  CHECK(best_of({{80, 0.4, 0.5}, {99, 0.8, 0.3}, {79, 0.4, 0.5}}) == 0);
  CHECK(best_of({{80, 0.4, 0.5}, {99, 0.8, 0.3}}) == 1);
}

TEST_CASE("best epoch: goes to JSON and back") {
  const BestEpoch best{97.125, 0.1 + 0.2, 0.45};
  const auto back = from_json<BestEpoch>(to_json(best), "state");
  CHECK(back.top1 == best.top1);
  CHECK(back.cost == best.cost);
  CHECK(back.lambda == best.lambda);
}

}  // namespace best_epoch_test
