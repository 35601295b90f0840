// Who decides in place of the agents.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/steps/decider.hpp>

namespace decider_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

const std::string block = "layer1.0";

std::vector<std::uint8_t> ask(const Decider& decider, std::uint64_t clip, Index first, Index frames,
                              Index channels) {
  std::vector<std::uint8_t> actions(static_cast<std::size_t>(frames * channels), 9);
  CHECK(decider({block, clip, first, frames, channels}, actions));
  return actions;
}

}  // namespace

TEST_CASE("decider: lots are those of the training's policy for a clip of that number") {
  const Tensor<float> x({6, 2, 1, 1});
  const std::vector<std::uint64_t> numbers{7, 3};
  const auto expected = random_actions<float>({0.4, 0.3, 0.3}, Key(5))(
      {.block = block, .features = x, .frames = 3, .channels = 11, .samples = numbers});
  const auto decider = draw_lots({0.4, 0.3, 0.3}, Key(5));
  for (Index n = 0; n < 2; ++n) {
    const auto drawn = ask(decider, numbers[static_cast<std::size_t>(n)], 0, 3, 11);
    CHECK(std::equal(drawn.begin(), drawn.end(), expected.data() + n * 33));
    // Frame by frame the same lots are drawn.
    for (Index t = 0; t < 3; ++t)
      CHECK(ask(decider, numbers[static_cast<std::size_t>(n)], t, 1, 11) ==
            std::vector<std::uint8_t>(drawn.begin() + t * 11, drawn.begin() + (t + 1) * 11));
  }
  CHECK_THROWS_AS(draw_lots({0.9, 0.3, 0.3}, Key(5)), ValueError);
}

TEST_CASE("decider: everything is kept") {
  CHECK(ask(keep_everything(), 0, 0, 2, 3) == std::vector<std::uint8_t>(6, 0));
}

TEST_CASE("decider: what is written down is followed, and nothing beyond it") {
  Tensor<std::uint8_t> written({2, 3, 2});
  for (Index i = 0; i < 12; ++i) written.data()[i] = static_cast<std::uint8_t>(i % 3);
  const auto decider = follow_actions({{block, written}});
  CHECK(ask(decider, 1, 1, 2, 2) == std::vector<std::uint8_t>{2, 0, 1, 2});
  std::vector<std::uint8_t> actions(2);
  const std::string other = "layer9";
  CHECK_FALSE(decider({other, 0, 0, 1, 2}, actions));
  CHECK_THROWS_WITH_AS(decider({block, 2, 0, 1, 2}, actions),
                       "decisions of layer1.0: expects [N,T,2] with clip 2 and frames up to 1, got "
                       "[2,3,2]",
                       ShapeError);
}

TEST_CASE("decider: what is no action is refused") {
  const std::vector<std::uint8_t> actions{0, 3};
  CHECK_THROWS_WITH_AS(check_actions("b", actions),
                       "decisions of b: 3 is no action, expects 0 keep, 1 reuse, 2 skip",
                       ValueError);
}

}  // namespace decider_test
