// Agents without history decide as those with one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/folded_agent.hpp>

#include "../models/lively_model.hpp"

namespace folded_agent_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("folded agent: every kind of agent decides as the network that it was made of") {
  constexpr Index frames = 5, in = 6, out = 8;
  const NoGrad guard;
  nn::Context<double> ctx;
  const auto x = Tensor<double>::randn({frames, in, 4, 3}, Key(2));
  for (const Index layers : {1, 2, 3})
    for (const Index groups_of : {1, 2})
      for (const auto pool : {PolicyPool::average, PolicyPool::max})
        for (const auto sees : {PolicySees::both, PolicySees::now, PolicySees::none})
          for (const auto allowed : {AllowedActions::keep_reuse_skip, AllowedActions::keep_skip,
                                     AllowedActions::keep_reuse}) {
            INFO("layers " << layers << ", groups of " << groups_of << ", max "
                           << (pool == PolicyPool::max) << ", sees " << io::word_of(sees) << ", "
                           << io::word_of(allowed));
            const PolicyNetwork<double> agent({.in_channels = in,
                                               .out_channels = out,
                                               .hidden = 9,
                                               .layers = layers,
                                               .groups_of = groups_of,
                                               .pool = pool,
                                               .sees = sees,
                                               .actions = allowed},
                                              Key(4));
            models::enliven(agent);
            const auto expected = chosen_actions(agent.forward(x, frames, ctx).value());
            const auto folded = fold_agent(agent);
            std::vector<double> v((1 + frames) * in),  // behind zeros: pairs that overlap
                memory(static_cast<std::size_t>(frames * folded.room()));
            folded.pool(frames, 12, x.data(), {}, v.data() + in);
            Tensor<std::uint8_t> actions({frames, out});
            folded.decide(
                frames, [&](Index f) { return v.data() + f * in; }, memory.data(), actions.data());
            CHECK(std::equal(actions.begin(), actions.end(), expected.begin()));
            if (allowed == AllowedActions::keep_reuse_skip)
              CHECK(std::adjacent_find(actions.begin(), actions.end(), std::not_equal_to<>()) !=
                    actions.end());
            for (const auto action : actions) CHECK(allows(allowed, Action{action}));
          }
}

TEST_CASE("folded agent: one with a memory decides frame by frame as its network on the clip") {
  constexpr Index frames = 5, in = 6, out = 8, hidden = 9;
  const NoGrad guard;
  nn::Context<double> ctx;
  const auto x = Tensor<double>::randn({frames, in, 4, 3}, Key(2));
  for (const Index groups_of : {1, 2})
    for (const auto pool : {PolicyPool::average, PolicyPool::max})
      for (const auto allowed : {AllowedActions::keep_reuse_skip, AllowedActions::keep_skip}) {
        const PolicyNetwork<double> agent({.in_channels = in,
                                           .out_channels = out,
                                           .hidden = hidden,
                                           .groups_of = groups_of,
                                           .pool = pool,
                                           .sees = PolicySees::memory,
                                           .actions = allowed},
                                          Key(4));
        models::enliven(agent);
        const auto expected = chosen_actions(agent.forward(x, frames, ctx).value());
        const auto folded = fold_agent(agent);
        REQUIRE(folded.memory);
        CHECK(folded.carried() == folded.memory->room());
        std::vector<double> v(in), carried(static_cast<std::size_t>(folded.carried()), 9),
            work(static_cast<std::size_t>(folded.room()));
        for (int clip = 0; clip < 2; ++clip)  // The first frame forgets what was there.
          for (Index f = 0; f < frames; ++f) {
            folded.pool(1, 12, x[f].data(), {}, v.data());
            double* const h = work.data();
            folded.memory->step(f == 0, v.data(), carried.data(), h);
            Tensor<std::uint8_t> actions({out});
            folded.decide(
                1, [h](Index) { return h; }, h + hidden, actions.data());
            CHECK(std::equal(actions.begin(), actions.end(), expected[f].begin()));
          }
        CHECK(std::adjacent_find(expected.begin(), expected.end(), std::not_equal_to<>()) !=
              expected.end());
      }
}

TEST_CASE("folded agent: of equal logits the first wins, skip before reuse before keep") {
  constexpr Index out = 27;
  Tensor<double> logits({out, action_count}), by_action({action_count, out});
  for (Index i = 0; i < out; ++i) {  // All that three numbers may be to each other.
    logits(i, 0) = double(i % 3), logits(i, 1) = double(i / 3 % 3), logits(i, 2) = double(i / 9);
    for (Index a = 0; a < action_count; ++a) by_action(a, i) = logits(i, a);
  }
  const auto expected = chosen_actions(logits);
  Tensor<std::uint8_t> actions({out});
  CHECK(choose_actions(out, by_action.data(), actions.data()));
  CHECK(std::equal(actions.begin(), actions.end(), expected.begin()));
}

TEST_CASE_TEMPLATE("folded agent: choosing tells what cannot be chosen, at any place", T, float,
                   double) {
  constexpr T infinity = std::numeric_limits<T>::infinity(),
              nan = std::numeric_limits<T>::quiet_NaN();
  constexpr Index out = 37;
  const auto logits = Tensor<T>::randn({action_count, out}, Key(1));
  Tensor<std::uint8_t> actions({out});
  for (Index i = 0; i < out; ++i)
    for (Index a = 0; a < action_count; ++a) {
      auto bad = logits.clone();
      for (const T wrong : {nan, infinity}) {
        bad(a, i) = wrong;
        CHECK_FALSE(choose_actions(out, bad.data(), actions.data()));
      }
      bad(a, i) = -infinity;
      REQUIRE(choose_actions(out, bad.data(), actions.data()));
      CHECK(logit_index(Action{actions(i)}) != a);
      for (Index b = 0; b < action_count; ++b) bad(b, i) = -infinity;
      CHECK_FALSE(choose_actions(out, bad.data(), actions.data()));
    }
}

TEST_CASE("folded agent: a NaN in a frame is an error that says which frame and channel") {
  const PolicyNetwork<double> agent({.in_channels = 3, .out_channels = 4, .hidden = 5}, Key(1));
  const auto folded = fold_agent(agent);
  std::vector<double> v(6 * 3, 1.0), memory(static_cast<std::size_t>(5 * folded.room()));
  v[4 * 3 + 1] = std::nan("");  // v_3, of frames 3 and 4
  Tensor<std::uint8_t> actions({5, 4});
  CHECK_THROWS_WITH_AS(
      folded.decide(
          5, [&](Index f) { return v.data() + f * 3; }, memory.data(), actions.data()),
      doctest::Contains("logits of frame 3, channel 0 are (nan, nan, nan)"), ValueError);
}

}  // namespace folded_agent_test
