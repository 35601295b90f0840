// What sessions write into a ledger.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/steps/step_ledger.hpp>

#include "../models/lively_model.hpp"

namespace step_ledger_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("step ledger: a row for each step, opened once, and only for one network") {
  const models::VideoModel<float> model(models::small_config("resnet8", "adafuse"), Key(0));
  const models::VideoModel<float> other(models::small_config("resnet14", "adafuse"), Key(0));
  const auto network = fold(model, 8, 8);
  Ledger ledger;
  open_ledger(ledger, *network, 3);
  open_ledger(ledger, *network, 2);
  CHECK(ledger.frames == 5);
  REQUIRE(ledger.rows.size() == network->steps.size());
  CHECK(ledger.rows[1].step == "layer1.0.policy_net");
  CHECK(ledger.rows[1].policy);
  CHECK_FALSE(ledger.rows[2].policy);
  CHECK_THROWS_AS(open_ledger(ledger, *fold(other, 8, 8), 1), ValueError);
}

TEST_CASE("step ledger: numbers are those of maps that exist, and of weights") {
  const models::VideoModel<float> model(models::small_config("resnet8", "adafuse"), Key(0));
  const auto network = fold(model, 8, 8);
  CHECK(step_weights(network->steps[0]) == 3 * 16 * 9);
  CHECK(step_weights(network->steps[1]) == 6 * (2 * 16 + 3 * 16));  // hidden (2c + 3c')
  auto config = models::small_config("resnet8", "adafuse");
  config.policy_sees = PolicySees::memory;
  const models::VideoModel<float> remembers(config, Key(0));
  CHECK(step_weights(fold(remembers, 8, 8)->steps[1]) == 6 * (4 * (16 + 6) + 3 * 16));
  LiveLists lists(2, 16);
  lists.set(0, [](Index c) { return c < 3; });
  lists.set(1, [](Index) { return true; });
  CHECK(numbers_in({{16, 8, 8}, {}, {}}, 2, lists.frames()) == 19 * 64);
  CHECK(numbers_in({{16, 8, 8}, {}, {}}, 2, {}) == 32 * 64);
}

}  // namespace step_ledger_test
