// What follows from decisions about clips.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_decisions.hpp>

#include "decision_cases.hpp"

namespace clip_decisions_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("clip decisions: lists hold what the demand of the actions asks for, part by part") {
  const auto network = decided_network();
  ClipDecisions decisions(network, 3, 4);
  decisions.begin(2);  // fewer clips than there is room for
  const auto actions = decisions.actions_to_write(0);
  REQUIRE(actions.size() == 2 * 4 * 5);
  for (std::size_t i = 0; i < actions.size(); ++i)
    actions[i] = static_cast<std::uint8_t>(i * i % 7 % 3);
  decisions.follow(network.blocks[0], 0);

  const Demand expected = demand(decisions.actions(0), 4);
  const auto live = decisions.lists(network.blocks[0].live);
  REQUIRE(live.size() == 8);
  for (Index f = 0; f < 8; ++f)
    for (Index c = 0; c < 5; ++c) {
      CHECK(is_listed(live, f, c) == (expected.live(f, c) == 1));
      const auto& part = network.blocks[0].parts[c < 2 ? 0 : 1];
      CHECK(is_listed(decisions.lists(part.wanted), f, c - part.first) ==
            (expected.computed(f, c) == 1));
    }
  CHECK(decisions.lists(std::nullopt).empty());
}

}  // namespace clip_decisions_test
