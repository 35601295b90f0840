// What follows from decisions about the frames of a stream.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/stream/stream_decisions.hpp>

#include "decision_cases.hpp"

namespace stream_decisions_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("stream decisions: now or late, everything that a clip computes, and nothing twice") {
  const auto network = decided_network();
  StreamLayout layout{{0, 0, 0}, {0, 1, 2}, {0, 0, 0}, {1, 1, 2}, {0, 0, 0}, 0};
  StreamDecisions decisions(network, layout);
  Tensor<std::uint8_t> actions({6, 5});
  for (Index i = 0; i < actions.size(); ++i)
    actions.data()[i] = static_cast<std::uint8_t>(i * i % 11 % 3);
  const Demand expected = demand(actions, 6);

  Tensor<std::uint8_t> computed(actions.shape());
  for (Index t = 0; t < 6; ++t) {
    const auto row = decisions.begin(0, t);
    std::copy(actions[t].begin(), actions[t].end(), row.begin());
    decisions.follow(network.blocks[0], 0, t);
    CHECK(std::equal(row.begin(), row.end(), decisions.actions(0).begin()));
    for (Index c = 0; c < 5; ++c) {
      // The fused maps are kept for two frames, and so are their lists.
      CHECK(is_listed(decisions.live(network.values[2], t), 0, c) == (expected.live(t, c) == 1));
      if (t > 0)
        CHECK(is_listed(decisions.live(network.values[2], t - 1), 0, c) ==
              (expected.live(t - 1, c) == 1));
      const auto& part = network.blocks[0].parts[c < 2 ? 0 : 1];
      const auto& value = network.values[part.value];
      if (is_listed(decisions.wanted(value), 0, c - part.first)) ++computed(t, c);
      const auto late = decisions.late(value, t);
      if (late && is_listed(*late, 0, c - part.first)) ++computed(t - 1, c);
    }
  }
  CHECK(std::equal(computed.begin(), computed.end(), expected.computed.begin()));
  CHECK(decisions.wanted(network.values[2]).empty());
  CHECK_FALSE(decisions.late(network.values[2], 1).has_value());
}

}  // namespace stream_decisions_test
