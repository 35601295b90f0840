// Demand against brute force: run the fusion and see which maps it read, and which results are
// zero.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/demand.hpp>
#include <adafuse/fusion/fuse.hpp>

namespace demand_test {

using namespace adafuse;

namespace {

using Actions = Tensor<std::uint8_t>;

/// All 3^frames sequences of actions, one to a channel: [frames, 3^frames].
Actions all_sequences(Index frames) {
  Index count = 1;
  for (Index t = 0; t < frames; ++t) count *= action_count;
  auto actions = Actions::uninitialized({frames, count});
  for (Index c = 0, code; c < count; ++c) {
    code = c;
    for (Index t = 0; t < frames; ++t, code /= action_count)
      actions(t, c) = static_cast<std::uint8_t>(code % action_count);
  }
  return actions;
}

}  // namespace

TEST_CASE(
    "demand: over all sequences, what fusion reads is computed, and what is not zero is live") {
  for (Index frames = 1; frames <= 5; ++frames) {
    CAPTURE(frames);
    const auto actions = all_sequences(frames);
    const Index channels = actions.size(1);
    const auto weights = one_hot_actions<float>(actions);
    const auto y = Tensor<float>::ones({frames, channels, 1, 1});
    const auto z = fuse(y, weights, frames).value();
    const auto d = demand(actions, frames);
    Index wrong = 0;
    for (Index t = 0; t < frames; ++t) {
      // A map whose change shows in no result need not be computed.
      auto changed = y.clone();
      auto frame = changed[t];
      frame.fill(2);
      const auto other = fuse(changed, weights, frames).value();
      for (Index c = 0; c < channels; ++c) {
        bool read = false;
        for (Index s = 0; s < frames; ++s) read |= other(s, c, 0, 0) != z(s, c, 0, 0);
        wrong += (d.computed(t, c) == 1) != read;
        wrong += (d.live(t, c) == 1) != (z(t, c, 0, 0) != 0);
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("demand: bits of many channels say the same as flags of one") {
  const auto actions = all_sequences(3);
  const auto d = demand(actions, 3);
  const Index channels = actions.size(1);
  for (Index t = 0; t < 3; ++t)
    for (Index c = 0; c < channels; c += 5) {  // Whole steps, and what is left of the last ones.
      const std::uint8_t* const now = actions.data() + t * channels + c;
      const Index left = channels - c;
      const auto live = live_bits(now, left, t == 0);
      const auto computed = computed_bits(now, t < 2 ? now + channels : nullptr, left);
      for (Index i = 0; i < 32; ++i) {
        const bool asked = i < std::min(left, bits_at_once);
        CHECK((live >> i & 1) == (asked ? d.live(t, c + i) : 0));
        CHECK((computed >> i & 1) == (asked ? d.computed(t, c + i) : 0));
      }
    }
}

namespace {

/// AdaFuse's three, and a fourth that adds up the map of its frame and that of the frame before.
constexpr ActionRow four_rows[] = {
    adafuse_actions[0],
    adafuse_actions[1],
    adafuse_actions[2],
    {.name = "add", .logit = 3, .reads_now = true, .reads_before = true},
};
constexpr ActionTable four(four_rows);

}  // namespace

TEST_CASE("demand: of a fourth action, read off its row") {
  constexpr std::uint8_t keep = 0, skip = 2, add = 3;
  // A clip of three frames, channel by channel.
  const Actions actions({3, 4}, std::vector<std::uint8_t>{keep, skip, add, skip,  //
                                                          add, add, skip, skip,   //
                                                          skip, add, skip, add});
  const auto d = demand(actions, 3, four);
  const std::vector<int> computed{1, 1, 1, 0,  //
                                  1, 1, 0, 1,  //
                                  0, 1, 0, 1};
  const std::vector<int> live{1, 0, 1, 0,  //
                              1, 1, 0, 0,  //
                              0, 1, 0, 1};
  CHECK(std::equal(computed.begin(), computed.end(), d.computed.begin()));
  CHECK(std::equal(live.begin(), live.end(), d.live.begin()));
  for (Index t = 0; t < 3; ++t) {
    const std::uint8_t *const now = actions.data() + 4 * t, *const next = now + 4;
    CHECK(live_bits(now, 4, t == 0, four) ==
          (d.live(t, 0) | d.live(t, 1) << 1 | d.live(t, 2) << 2 | d.live(t, 3) << 3));
    CHECK(
        computed_bits(now, t < 2 ? next : nullptr, 4, four) ==
        (d.computed(t, 0) | d.computed(t, 1) << 1 | d.computed(t, 2) << 2 | d.computed(t, 3) << 3));
  }
  // Channel 1 of frame 0 and channel 3 of frame 1 are needed by the frame after them only.
  CHECK(late_bits(actions.data(), actions.data() + 4, 4, four) == 0b0010);
  CHECK(late_bits(actions.data() + 4, actions.data() + 8, 4, four) == 0b1000);
}

TEST_CASE("demand: what is no action is told, with those that are") {
  CHECK_THROWS_WITH_AS(demand(Actions::full({2, 2}, 3), 2),
                       "demand: element 0 is 3, expects 0 keep, 1 reuse, 2 skip", ValueError);
  CHECK_THROWS_WITH_AS(demand(Actions::full({2, 2}, 4), 2, four),
                       "demand: element 0 is 4, expects 0 keep, 1 reuse, 2 skip, 3 add",
                       ValueError);
}

TEST_CASE("demand: late is what the next frame needs and the frame itself did not") {
  const auto actions = all_sequences(2);
  const Index channels = actions.size(1);
  const auto late = late_bits(actions.data(), actions.data() + channels, channels);
  for (Index c = 0; c < channels; ++c)
    CHECK((late >> c & 1) ==
          (Action{actions(1, c)} == Action::reuse && Action{actions(0, c)} != Action::keep));
}

TEST_CASE("demand: each clip ends with its own last frame") {
  // Reuse at the first frame of the second clip asks nothing of the first clip.
  const Actions actions({4, 1}, std::vector<std::uint8_t>{0, 2, 1, 1});
  const auto d = demand(actions, 2);
  const std::vector<int> computed{1, 0, 1, 0}, live{1, 0, 0, 1};
  CHECK(std::equal(computed.begin(), computed.end(), d.computed.begin()));
  CHECK(std::equal(live.begin(), live.end(), d.live.begin()));
}

TEST_CASE("demand: keeping all is all, skipping all is nothing") {
  for (const Action action : {Action::keep, Action::skip}) {
    const auto d = demand(Actions::full({6, 4}, static_cast<std::uint8_t>(action)), 3);
    for (const auto* flags : {&d.computed, &d.live})
      CHECK(std::count(flags->begin(), flags->end(), 1) == (action == Action::keep ? 24 : 0));
  }
}

TEST_CASE("demand: actions must be rows of whole clips") {
  CHECK_THROWS_AS(demand(Actions({5, 2}), 2), ShapeError);
  CHECK_THROWS_AS(demand(Actions({4}), 2), ShapeError);
  CHECK_THROWS_AS(demand(Actions({4, 2}), 0), ShapeError);
}

}  // namespace demand_test
