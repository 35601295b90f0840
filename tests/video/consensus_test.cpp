// Consensus: the mean over the frames of each clip.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/video/consensus.hpp>

namespace consensus_test {

using namespace adafuse;

TEST_CASE("average_consensus: the mean over each clip's own frames") {
  const auto logits = Tensor<double>::of({{1, 2}, {3, 4}, {5, 12}, {10, 0}, {20, 0}, {30, 3}});
  const auto y = average_consensus(logits, 3).value();
  REQUIRE(y.shape() == Shape{2, 2});
  CHECK(y(0, 0) == 3);
  CHECK(y(0, 1) == 6);
  CHECK(y(1, 0) == 20);
  CHECK(y(1, 1) == 1);
}

TEST_CASE(
    "average_consensus: one frame is its own consensus, and each frame gets a T-th of the "
    "gradient") {
  const auto logits = parameter(Tensor<double>::randn({4, 3}, Key(1)));
  const auto alone = average_consensus(logits, 1).value();
  CHECK(std::equal(alone.begin(), alone.end(), logits.value().begin()));
  backward(sum(average_consensus(logits, 4)));
  const auto gradient = logits.grad();
  for (double g : gradient.value()) CHECK(g == 0.25);
  CHECK_THROWS_AS(average_consensus(logits, 3), ShapeError);
}

}  // namespace consensus_test
