// The cost against counting by hand, action by action.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/demand.hpp>

namespace cost_test {

using namespace adafuse;

namespace {

using Actions = Tensor<std::uint8_t>;

struct Block {
  ChannelCosts costs;
  Actions actions;  // [N*T, c]
};

Actions random_actions(Index frames, Index channels, Key key) {
  auto actions = Actions::uninitialized({frames, channels});
  for (Index i = 0; i < actions.size(); ++i)
    actions.data()[i] = static_cast<std::uint8_t>(key.integer(static_cast<std::uint64_t>(i), 3));
  return actions;
}

std::vector<double> random_costs(Index channels, Key key) {
  std::vector<double> costs;
  for (Index c = 0; c < channels; ++c)
    costs.push_back(key.uniform(static_cast<std::uint64_t>(c)) * 9);
  return costs;
}

Block random_block(const std::string& name, Index frames, Index channels, Key key) {
  return {{name, random_costs(channels, key.of("up")), random_costs(channels, key.of("down"))},
          random_actions(frames, channels, key.of("actions"))};
}

double cost_of(const std::vector<Block>& blocks, double base, Index frames, CostKind kind,
               double unit = 1) {
  std::vector<ChannelCosts> costs;
  std::vector<Decision<double>> decisions;
  for (const auto& block : blocks) {
    costs.push_back(block.costs);
    decisions.push_back({block.costs.block, one_hot_actions<double>(block.actions), {}});
  }
  return adaptive_cost(base, costs, decisions, frames, kind, unit).item();
}

/// What is not done, frame by frame and channel by channel, as a mean over the frames.
double saved(const Block& block, Index frames, CostKind kind) {
  const auto& a = block.actions;
  const auto is = [&a](Index f, Index c, Action action) { return Action{a(f, c)} == action; };
  double sum = 0;
  for (Index f = 0; f < a.size(0); ++f)
    for (Index c = 0; c < a.size(1); ++c) {
      const auto at = static_cast<std::size_t>(c);
      if (is(f, c, Action::skip)) sum += block.costs.down[at];
      if (kind == CostKind::upper_bound) continue;
      const bool last = f % frames == frames - 1;
      const bool slip = kind == CostKind::authors && last && frames > 1;
      const bool kept = is(slip ? f - 1 : f, c, Action::keep);
      const bool reused_next = !last && is(f + 1, c, Action::reuse);
      if (!kept && !reused_next) sum += block.costs.up[at];
    }
  return sum / static_cast<double>(a.size(0));
}

constexpr CostKind kinds[] = {CostKind::real, CostKind::upper_bound, CostKind::authors};

}  // namespace

TEST_CASE("adaptive_cost: one-hot decisions cost what counting them by hand says") {
  for (std::uint64_t round = 0; round < 10; ++round)
    for (const Index frames : {1, 2, 4})
      for (const CostKind kind : kinds) {
        CAPTURE(round);
        CAPTURE(frames);
        const Key key = Key(1).of(round);
        const std::vector<Block> blocks{random_block("a", 2 * frames, 3, key.of("a")),
                                        random_block("b", 2 * frames, 5, key.of("b"))};
        const double expected =
            200 - saved(blocks[0], frames, kind) - saved(blocks[1], frames, kind);
        CHECK(cost_of(blocks, 200, frames, kind) == doctest::Approx(expected));
        CHECK(cost_of(blocks, 200, frames, kind, 50) == doctest::Approx(expected / 50));
      }
}

TEST_CASE(
    "adaptive_cost: keeping all costs the whole network, skipping all saves all that can be") {
  const ChannelCosts costs{"a", {1, 2, 3}, {10, 20, 30}};
  const auto all = [](Action action) {
    return Actions::full({4, 3}, static_cast<std::uint8_t>(action));
  };
  for (const CostKind kind : kinds)
    CHECK(cost_of({{costs, all(Action::keep)}}, 100, 2, kind) == 100);
  const std::vector<Block> skipped{{costs, all(Action::skip)}};
  CHECK(cost_of(skipped, 100, 2, CostKind::real) == doctest::Approx(100 - 6 - 60));
  CHECK(cost_of(skipped, 100, 2, CostKind::authors) == doctest::Approx(100 - 6 - 60));
  CHECK(cost_of(skipped, 100, 2, CostKind::upper_bound) == doctest::Approx(100 - 60));
}

TEST_CASE("adaptive_cost: reusing all saves the last frame's computation only") {
  const std::vector<Block> reused{{{"a", {8}, {10}}, Actions::full({4, 1}, 1)}};
  CHECK(cost_of(reused, 100, 4, CostKind::real) == doctest::Approx(100 - 8. / 4));
  CHECK(cost_of(reused, 100, 4, CostKind::upper_bound) == 100);
}

TEST_CASE("adaptive_cost: the authors' slip charges the last frame by the keep of the one before") {
  const auto cost = [](std::vector<std::uint8_t> actions, CostKind kind) {
    const Index frames = std::ssize(actions);
    return cost_of({{{"a", {12}, {0}}, Actions({frames, 1}, actions)}}, 100, frames, kind);
  };
  // Keep, keep, skip: the last map is not needed; they charge it.
  CHECK(cost({0, 0, 2}, CostKind::real) == doctest::Approx(96));
  CHECK(cost({0, 0, 2}, CostKind::authors) == doctest::Approx(100));
  // Keep, skip, keep: only the middle one is not needed; they leave out the last one too.
  CHECK(cost({0, 2, 0}, CostKind::real) == doctest::Approx(96));
  CHECK(cost({0, 2, 0}, CostKind::authors) == doctest::Approx(92));
  // A clip of one frame has none before.
  CHECK(cost({2}, CostKind::authors) == cost({2}, CostKind::real));
}

TEST_CASE("adaptive_cost: charges what demand computes, and reads at least what is live") {
  const auto block = random_block("a", 12, 7, Key(5));
  const auto d = demand(block.actions, 4);
  double computed = 0, live = 0, reused_first = 0, all = 0;
  for (Index f = 0; f < 12; ++f)
    for (Index c = 0; c < 7; ++c) {
      const auto at = static_cast<std::size_t>(c);
      all += block.costs.up[at] + block.costs.down[at];
      computed += d.computed(f, c) * block.costs.up[at];
      live += d.live(f, c) * block.costs.down[at];
      // The paper charges a reuse at t = 0, which reads nothing.
      if (f % 4 == 0 && Action{block.actions(f, c)} == Action::reuse)
        reused_first += block.costs.down[at];
    }
  CHECK(reused_first > 0);
  CHECK(cost_of({block}, all / 12, 4, CostKind::real) ==
        doctest::Approx((computed + live + reused_first) / 12));
}

TEST_CASE("adaptive_cost: more keeping costs more, more skipping less, by the gradient") {
  const auto weights = parameter(Tensor<double>::uniform({6, 2, 3}, Key(6), 0.2, 0.4));
  const std::vector<ChannelCosts> costs{{"a", {3, 5}, {2, 7}}};
  for (const CostKind kind : kinds) {
    weights.zero_grad();
    backward(adaptive_cost<double>(100, costs, {{"a", weights, {}}}, 3, kind));
    const auto gradient = weights.grad();
    const auto& g = gradient.value();
    for (Index f = 0; f < 6; ++f)
      for (Index c = 0; c < 2; ++c) {
        CHECK(g(f, c, logit_index(Action::skip)) < 0);
        if (kind != CostKind::real) continue;
        CHECK(g(f, c, logit_index(Action::keep)) > 0);
        const double reuse = g(f, c, logit_index(Action::reuse));
        CHECK((f % 3 == 0 ? reuse == 0 : reuse > 0));
      }
  }
}

TEST_CASE("adaptive_cost: of a fourth action, what its demand computes and reads") {
  constexpr ActionRow four[] = {
      adafuse_actions[0],
      adafuse_actions[1],
      adafuse_actions[2],
      {.name = "add", .logit = 3, .reads_now = true, .reads_before = true},
  };
  Actions actions({12, 7});
  for (Index i = 0; i < actions.size(); ++i)
    actions.data()[i] = static_cast<std::uint8_t>(Key(3).integer(static_cast<std::uint64_t>(i), 4));
  // A reuse at t = 0 reads nothing, and is charged all the same.
  for (Index f = 0; f < 12; f += 4)
    for (Index c = 0; c < 7; ++c)
      if (Action{actions(f, c)} == Action::reuse) actions(f, c) = 3;
  const ChannelCosts costs{"a", random_costs(7, Key(1)), random_costs(7, Key(2))};
  const auto d = demand(actions, 4, four);
  double done = 0, all = 0;
  for (Index f = 0; f < 12; ++f)
    for (Index c = 0; c < 7; ++c) {
      const auto at = static_cast<std::size_t>(c);
      all += costs.up[at] + costs.down[at];
      done += d.computed(f, c) * costs.up[at] + d.live(f, c) * costs.down[at];
    }
  const std::vector<Decision<double>> decisions{{"a", one_hot_actions<double>(actions, four), {}}};
  CHECK(decisions[0].weights.shape() == Shape{12, 7, 4});
  CHECK(adaptive_cost<double>(all / 12, {costs}, decisions, 4, CostKind::real, 1, four).item() ==
        doctest::Approx(done / 12));
  const auto each = clip_costs<double>(all / 12, {costs}, decisions, 4, CostKind::real, 1, four);
  CHECK((each(0) + each(1) + each(2)) / 3 == doctest::Approx(done / 12));
  // Over the three actions these are no decisions.
  CHECK_THROWS_AS(adaptive_cost<double>(100, {costs}, decisions, 4), ValueError);
}

TEST_CASE("clip_costs: each clip's own, whose mean is the batch's") {
  const std::vector<Block> blocks{random_block("a", 12, 3, Key(7)),
                                  random_block("b", 12, 5, Key(8))};
  std::vector<ChannelCosts> costs;
  std::vector<Decision<double>> decisions;
  for (const auto& block : blocks) {
    costs.push_back(block.costs);
    decisions.push_back({block.costs.block, one_hot_actions<double>(block.actions), {}});
  }
  for (const CostKind kind : kinds) {
    const auto each = clip_costs(200, costs, decisions, 4, kind, 10);
    REQUIRE(each.shape() == Shape{3});
    CHECK((each(0) + each(1) + each(2)) / 3 ==
          doctest::Approx(adaptive_cost(200, costs, decisions, 4, kind, 10).item()));
    std::vector<Block> last = blocks;
    for (auto& block : last) {
      Actions own({4, block.actions.size(1)});
      for (Index t = 0; t < 4; ++t) own[t].copy_from(block.actions[8 + t]);
      block.actions = own;
    }
    CHECK(each(2) == doctest::Approx(cost_of(last, 200, 4, kind, 10)));
  }
  CHECK_THROWS_AS(clip_costs<double>(200, {}, {}, 4), ValueError);
}

TEST_CASE("adaptive_cost: costs and decisions must name the same blocks and channels") {
  const ChannelCosts costs{"a", {1, 2}, {3, 4}};
  const auto decision = [](const std::string& block, Index channels) {
    return Decision<double>{block, Tensor<double>({4, channels, 3}), {}};
  };
  const auto cost = [](const std::vector<ChannelCosts>& c, const std::vector<Decision<double>>& d,
                       Index frames = 2) {
    return adaptive_cost<double>(100, c, d, frames).item();
  };
  CHECK_NOTHROW(cost({costs}, {decision("a", 2)}));
  CHECK_THROWS_AS(cost({costs}, {}), ValueError);
  CHECK_THROWS_WITH_AS(cost({costs}, {decision("b", 2)}),
                       "adaptive_cost: costs of a do not fit decisions of b [4,2,3]", ValueError);
  CHECK_THROWS_AS(cost({costs}, {decision("a", 3)}), ValueError);
  CHECK_THROWS_AS(cost({{"a", {1, 2}, {3}}}, {decision("a", 2)}), ValueError);
  CHECK_THROWS_AS(cost({costs}, {decision("a", 2)}, 3), ShapeError);
}

}  // namespace cost_test
