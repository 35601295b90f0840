// Costs read off a plan, against loops that count one multiplication after the other.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "lively_model.hpp"
#include "plan_interpreter.hpp"

#include <adafuse/models/plan_builder.hpp>
#include <adafuse/models/plan_cost.hpp>

namespace plan_cost_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

constexpr Index clips = 2, frames = 3;

ModelConfig config_of(const std::string& fusion) {
  auto config = small_config("resnet14", fusion);
  config.stem_stride = 2;
  return config;
}

/// Decisions by lot for every block of a plan; all of one kind when `only` is given.
Actions lots(const Plan<float>& plan, std::optional<Action> only = {}) {
  Actions actions;
  for (const auto& step : plan.steps)
    if (const auto* agent = step.as<AgentStep<float>>()) {
      Tensor<std::uint8_t> taken({clips * frames, agent->channels});
      const Key key = Key(9).of(agent->block);
      for (Index i = 0; i < taken.size(); ++i)
        taken.data()[i] =
            only ? static_cast<std::uint8_t>(*only)
                 : static_cast<std::uint8_t>(key.integer(static_cast<std::uint64_t>(i), 3));
      actions[agent->block] = taken;
    }
  return actions;
}

/// Kernel positions that fall on pixels of the image or its padding: the dense count of a conv of
/// one output channel that reads one input channel.
double macs_of_pair(const Plan<float>& plan, const Step<float>& step) {
  const auto* conv = step.as<ConvStep<float>>();
  const auto& out = plan.values[step.output];
  double count = 0;
  for (Index i = 0; i < out[1]; ++i)
    for (Index j = 0; j < out[2]; ++j)
      for (Index k = 0; k < conv->weight.size(2) * conv->weight.size(3); ++k) ++count;
  return count;
}

const Step<float>& named(const Plan<float>& plan, const std::string& name) {
  for (const auto& step : plan.steps)
    if (step.name == name) return step;
  throw ValueError("no step " + name);
}

/// conv1 computes what is kept now or reused next; conv2 reads what is kept or was there to reuse.
double count_by_loops(const Plan<float>& plan, const Actions& actions) {
  double total = 0;
  for (const auto& step : plan.steps) {
    const auto* conv = step.as<ConvStep<float>>();
    if (!conv) {
      total += step.macs * static_cast<double>(clips * frames);
      continue;
    }
    const std::string block = step.name.substr(0, step.name.rfind('.'));
    const auto found = actions.find(block);
    const bool first = step.name.ends_with(".conv1"), second = step.name.ends_with(".conv2");
    const double pair = macs_of_pair(plan, step);
    for (Index n = 0; n < clips; ++n)
      for (Index t = 0; t < frames; ++t)
        for (Index o = 0; o < conv->weight.size(0); ++o)
          for (Index i = 0; i < conv->weight.size(1); ++i) {
            const auto action = [&](Index at, Index c) {
              return static_cast<Action>(found->second(n * frames + at, c));
            };
            bool done = true;
            if (found != actions.end() && first)
              done = action(t, o) == Action::keep ||
                     (t + 1 < frames && action(t + 1, o) == Action::reuse);
            if (found != actions.end() && second)
              done = action(t, i) == Action::keep || (t > 0 && action(t, i) == Action::reuse);
            if (done) total += pair;
          }
  }
  return total;
}

}  // namespace

TEST_CASE("run_macs: random decisions cost what loops over the convolutions count") {
  for (const std::string fusion : {"adafuse", "adafuse-tsm"}) {
    const VideoModel<float> model(config_of(fusion), Key(0));
    const auto plan = model.plan(17, 19);
    const auto actions = lots(plan);
    REQUIRE(actions.size() == 6);
    CHECK(run_macs(plan, actions, frames, clips * frames) ==
          doctest::Approx(count_by_loops(plan, actions)).epsilon(1e-12));
  }
}

TEST_CASE("run_macs: two decisions in a block, counted by loops over conv2 and conv3") {
  for (const std::string name : {"resnet14", "resnet50"}) {
    auto config = config_of("adafuse");
    config.model = name;
    config.stem_stride = name == "resnet50" ? 1 : 2;
    config.policy_both = true;
    config.adaptive_blocks = {"layer2.1"};
    const VideoModel<float> model(config, Key(0));
    const auto plan = model.plan(17, 19);
    const auto actions = lots(plan);
    REQUIRE(actions.size() == 2);
    const auto &first = actions.at("layer2.1"), &second = actions.at("layer2.1.conv2");
    double expected = plan.macs() * static_cast<double>(clips * frames);
    const auto computed = [](const Tensor<std::uint8_t>& a, Index f, Index c) {
      return Action{a(f, c)} == Action::keep ||
             (f % frames + 1 < frames && Action{a(f + 1, c)} == Action::reuse);
    };
    const auto live = [](const Tensor<std::uint8_t>& a, Index f, Index c) {
      return Action{a(f, c)} == Action::keep ||
             (f % frames > 0 && Action{a(f, c)} == Action::reuse);
    };
    const auto saved = [&](const std::string& step, const auto& needed) {
      const auto& conv = named(plan, "layer2.1." + step);
      const auto& weight = conv.as<ConvStep<float>>()->weight;
      for (Index f = 0; f < clips * frames; ++f)
        for (Index o = 0; o < weight.size(0); ++o)
          for (Index i = 0; i < weight.size(1); ++i)
            if (!needed(f, o, i)) expected -= macs_of_pair(plan, conv);
    };
    saved("conv1", [&](Index f, Index o, Index) { return computed(first, f, o); });
    saved("conv2",
          [&](Index f, Index o, Index i) { return computed(second, f, o) && live(first, f, i); });
    if (name == "resnet50")
      saved("conv3", [&](Index f, Index, Index i) { return live(second, f, i); });
    CHECK(run_macs(plan, actions, frames, clips * frames) ==
          doctest::Approx(expected).epsilon(1e-12));
    // What hangs on the second decision: conv2 above it, conv3 below, nothing in a basic block.
    const auto costs = channel_costs(plan);
    REQUIRE(costs.size() == 2);
    CHECK(costs[1].block == "layer2.1.conv2");
    const auto& up = named(plan, "layer2.1.conv2");
    CHECK(costs[1].up[0] * static_cast<double>(costs[1].up.size()) == doctest::Approx(up.macs));
    const double down = name == "resnet50" ? named(plan, "layer2.1.conv3").macs : 0;
    CHECK(costs[1].down[0] * static_cast<double>(costs[1].down.size()) == doctest::Approx(down));
  }
}

TEST_CASE("run_macs: keeping everything is the plan, skipping everything leaves the rest") {
  const VideoModel<float> model(config_of("adafuse"), Key(0));
  const auto plan = model.plan(16, 16);
  const double all = static_cast<double>(clips * frames);
  CHECK(run_macs(plan, lots(plan, Action::keep), frames, clips * frames) ==
        doctest::Approx(plan.macs() * all).epsilon(1e-12));
  double inside = 0;
  for (const auto& step : plan.steps)
    if (step.name.starts_with("layer") &&
        (step.name.ends_with(".conv1") || step.name.ends_with(".conv2")))
      inside += step.macs;
  CHECK(run_macs(plan, lots(plan, Action::skip), frames, clips * frames) ==
        doctest::Approx((plan.macs() - inside) * all).epsilon(1e-12));
}

TEST_CASE("run_macs: a network that decides nothing is charged in full") {
  const VideoModel<float> model(config_of("tsm"), Key(0));
  const auto plan = model.plan(16, 16);
  CHECK(run_macs(plan, {}, frames, 6) == doctest::Approx(6 * plan.dense_macs()).epsilon(1e-12));
}

TEST_CASE("run_macs: decisions that lack a block or have other frames are told") {
  const VideoModel<float> model(config_of("adafuse"), Key(0));
  const auto plan = model.plan(16, 16);
  auto actions = lots(plan);
  CHECK_THROWS_AS(run_macs(plan, actions, frames, frames), ShapeError);
  actions.erase("layer2.1");
  CHECK_THROWS_WITH_AS(run_macs(plan, actions, frames, clips * frames),
                       "run_macs: no decisions for layer2.1", ValueError);
}

namespace {

/// conv "first", decisions on its maps, conv "second", decisions on its maps, conv "third".
Plan<float> three_convs(const nn::Conv2d<float>& first, const nn::Conv2d<float>& second,
                        const nn::Conv2d<float>& third) {
  PlanBuilder<float> b({first.weight.shape()[1] * first.options().groups, 5, 6});
  const auto decided = [&](const std::string& block, ValueId maps) {
    return b.fuse(block, maps, b.decide(block, {}, maps, b.shape(maps)[0]));
  };
  const auto a = decided("a", b.conv("first", first, b.input()));
  b.conv("third", third, decided("b", b.conv("second", second, a)));
  return b.take();
}

/// Actions of one frame.
Tensor<std::uint8_t> one_frame(std::vector<std::uint8_t> actions) {
  const Index channels = std::ssize(actions);
  return Tensor<std::uint8_t>({1, channels}, actions);
}

constexpr std::uint8_t K = 0, S = 2;
constexpr double pixels = 5 * 6;

}  // namespace

TEST_CASE("run_macs: a depthwise convolution with half of its channels runs a half") {
  const nn::Conv2d<float> first({.in = 3, .out = 4, .kernel = 1}, Key(0));
  const nn::Conv2d<float> depthwise({.in = 4, .out = 4, .kernel = 3, .padding = 1, .groups = 4},
                                    Key(0));
  const nn::Conv2d<float> third({.in = 4, .out = 2, .kernel = 1}, Key(0));
  const auto plan = three_convs(first, depthwise, third);
  const double rest = (3 * 2 + 2 * 2) * pixels;  // of the first and the third
  const auto run = [&](const Tensor<std::uint8_t>& a, const Tensor<std::uint8_t>& b) {
    return run_macs(plan, {{"a", a}, {"b", b}}, 1, 1);
  };
  CHECK(run(one_frame({K, S, K, S}), one_frame({K, S, K, S})) == rest + 2 * 9 * pixels);
  // Those that are computed read the others.
  CHECK(run(one_frame({K, S, K, S}), one_frame({S, K, S, K})) == rest);
}

TEST_CASE("run_macs: an output channel reads the inputs of its group alone") {
  const nn::Conv2d<float> first({.in = 3, .out = 6, .kernel = 1}, Key(0));
  const nn::Conv2d<float> grouped(
      {.in = 6, .out = 4, .kernel = 3, .padding = 1, .groups = 2, .bias = true}, Key(0));
  const nn::Conv2d<float> third({.in = 4, .out = 2, .kernel = 1, .bias = true}, Key(0));
  const auto plan = three_convs(first, grouped, third);
  // Three inputs of the first group live, none of the second; one output of the first is computed,
  // two of the second.
  const double expected = pixels * (3 * 3 +              // first: three outputs of three inputs
                                    1 * 3 * 9 + 3 * 1 +  // grouped, and its biases
                                    2 * 3 + 2 * 1);      // third: of three live inputs
  CHECK(run_macs(plan, {{"a", one_frame({K, K, K, S, S, S})}, {"b", one_frame({S, K, K, K})}}, 1,
                 1) == expected);
}

TEST_CASE("run_macs, channel_costs: a bias is added whatever inputs live") {
  const nn::Conv2d<float> first({.in = 3, .out = 4, .kernel = 1, .bias = true}, Key(0));
  const nn::Conv2d<float> second({.in = 4, .out = 5, .kernel = 3, .padding = 1, .bias = true},
                                 Key(0));
  const nn::Conv2d<float> third({.in = 5, .out = 2, .kernel = 1, .bias = true}, Key(0));
  const auto plan = three_convs(first, second, third);
  CHECK(plan.macs() == pixels * (4 * (3 + 1) + 5 * (4 * 9 + 1) + 2 * (5 + 1)));
  const std::map<std::string, Tensor<std::uint8_t>> actions{{"a", one_frame({K, S, S, S})},
                                                            {"b", one_frame({K, K, S, S, S})}};
  CHECK(run_macs(plan, actions, 1, 1) == pixels * (1 * (3 + 1) + 2 * (1 * 9 + 1) + 2 * (2 + 1)));
  // Nothing is live: the biases of the third remain.
  CHECK(run_macs(plan, {{"a", one_frame({S, S, S, S})}, {"b", one_frame({S, S, S, S, S})}}, 1, 1) ==
        pixels * 2);
  const auto costs = channel_costs(plan);
  REQUIRE(costs.size() == 2);
  for (const double up : costs[0].up) CHECK(up == pixels * (3 + 1));
  for (const double down : costs[0].down) CHECK(down == pixels * 5 * 9);
  for (const double up : costs[1].up) CHECK(up == pixels * (4 * 9 + 1));
  for (const double down : costs[1].down) CHECK(down == pixels * 2);
}

TEST_CASE("channel_costs: a channel costs its row of conv1 and its column of conv2") {
  const VideoModel<float> model(config_of("adafuse-tsm"), Key(0));
  const auto plan = model.plan(17, 19);
  const auto costs = channel_costs(plan);
  REQUIRE(costs.size() == 6);
  for (const auto& c : costs) {
    INFO(c.block);
    const auto& up = named(plan, c.block + ".conv1");
    const auto& down = named(plan, c.block + ".conv2");
    const double inputs = static_cast<double>(up.as<ConvStep<float>>()->weight.size(1));
    const double outputs = static_cast<double>(down.as<ConvStep<float>>()->weight.size(0));
    for (const double macs : c.up) CHECK(macs == inputs * macs_of_pair(plan, up));
    for (const double macs : c.down) CHECK(macs == outputs * macs_of_pair(plan, down));
  }
}

TEST_CASE("channel_costs: the paper's cost charges a run exactly, but for a reuse of nothing") {
  const VideoModel<float> model(config_of("adafuse"), Key(0));
  const auto plan = model.plan(16, 16);
  auto actions = lots(plan);
  for (auto& [block, taken] : actions)
    for (Index n = 0; n < clips; ++n)
      for (Index c = 0; c < taken.size(1); ++c) {
        auto& first = taken(n * frames, c);
        if (Action{first} == Action::reuse) first = static_cast<std::uint8_t>(Action::skip);
      }
  std::vector<Decision<double>> decisions;
  const auto costs = channel_costs(plan);
  for (const auto& c : costs)
    decisions.push_back({c.block, one_hot_actions<double>(actions.at(c.block)), {}});
  const double charged = adaptive_cost<double>(plan.macs(), costs, decisions, frames).item();
  CHECK(run_macs(plan, actions, frames, clips * frames) / static_cast<double>(clips * frames) ==
        doctest::Approx(charged).epsilon(1e-12));
}

}  // namespace plan_cost_test
