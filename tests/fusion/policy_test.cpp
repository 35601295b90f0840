// The agent: by hand, against PyTorch, and what it lists when its linears are somebody else's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/policy.hpp>

#include "../golden/layers.hpp"
#include "agents.hpp"

namespace policy_test {

using namespace adafuse;
using agents::lively_agent;
using agents::names;
using golden::check_close;

namespace {

using Doubles = Tensor<double>;
using Agent = PolicyNetwork<double>;

static_assert(!std::is_constructible_v<Agent, PolicyConfig> &&
              std::is_constructible_v<Agent, PolicyConfig, Key>);
static_assert(!std::is_constructible_v<PolicyLinears<double>, PolicyConfig>);

const PolicyConfig config{.in_channels = 4, .out_channels = 5, .hidden = 6};

/// An agent with the weights of the golden file.
Agent golden_agent() {
  Agent agent(config, Key(0));
  auto state = nn::state_tensors(agent);
  for (auto& [name, tensor] : state) tensor = tensor.clone();
  for (const char* layer : {"gate_fc0", "gate_bn", "gate_fc1"})
    for (const char* part : {"weight", "bias"})
      state[concat(layer, ".", part)] = golden::Case{concat("policy.state.", layer)}[part];
  nn::load_state(agent, state);
  return agent;
}

}  // namespace

TEST_CASE("golden: the agent is PyTorch's, in training and at evaluation, with all gradients") {
  const Agent agent = golden_agent();
  for (const char* mode : {"train", "eval"}) {
    CAPTURE(mode);
    const golden::Case c{concat("policy.", mode)};
    nn::Context<double> ctx(std::string(mode) == "train", Key(0));
    std::vector<Variable<double>> inputs{parameter(c["x"])};
    for (const auto& p : nn::parameters(agent)) inputs.push_back(p);
    const auto y = agent.forward(inputs[0], 3, ctx);
    check_close(y.value(), c["y"], "logits");
    const auto gradients = grad<double>({y}, inputs, {.grad_outputs = {c["dy"]}});
    check_close(gradients[0].value(), c["dx"], "x");
    for (std::size_t i = 1; i < inputs.size(); ++i)
      check_close(gradients[i].value(), c[concat("dweight", i - 1)], "weights");
    check_close(agent.norms()[0].running_mean, c["running_mean"], "running_mean");
    check_close(agent.norms()[0].running_var, c["running_var"], "running_var");
  }
}

TEST_CASE("policy: logits = W1 relu(bn(W0 [v of the frame before, v])) by hand") {
  const PolicyConfig tiny{.in_channels = 1, .out_channels = 1, .hidden = 1};
  const Agent agent(tiny, Key(0));
  {
    const NoGrad guard;
    agent.linears().gate_fc[0].weight.mutable_value().copy_from(Doubles::of({{10, 1}}));
    agent.linears().gate_fc[0].bias.mutable_value().fill(0.5);
    agent.linears().gate_fc[1].weight.mutable_value().copy_from(
        Doubles::of({1, 2, -1}).reshape({3, 1}));
    agent.linears().gate_fc[1].bias.mutable_value().copy_from(Doubles::of({0, 0, 7}));
  }
  // Means 3, 4 in the first clip and -5, 1 in the second.
  const Doubles x({4, 1, 1, 2}, std::vector<double>{2, 4, 4, 4, -5, -5, 0, 2});
  nn::Context<double> ctx;
  const auto logits = agent.forward(x, 2, ctx).value();
  REQUIRE(logits.shape() == Shape{4, 1, 3});
  const std::array hidden{3.5, 34.5, 0.0, 0.0};  // 0 + 3, 10 3 + 4, 0 - 5, 10 (-5) + 1; plus 0.5
  for (Index f = 0; f < 4; ++f) {
    const double h = hidden[static_cast<std::size_t>(f)] / std::sqrt(1 + 1e-5);
    CHECK(logits(f, 0, logit_index(Action::skip)) == doctest::Approx(h));
    CHECK(logits(f, 0, logit_index(Action::reuse)) == doctest::Approx(2 * h));
    CHECK(logits(f, 0, logit_index(Action::keep)) == doctest::Approx(7 - h));
  }
}

TEST_CASE("policy: a frame's logits know that frame and the one before, of its own clip, only") {
  agents::check_what_frames_tell(lively_agent(config), [](Index changed, Index f) {
    return f == changed || (f == changed + 1 && f % 4 != 0);
  });
}

TEST_CASE("policy: starts at N(0, 0.001^2), biases zero, so nearly undecided") {
  const PolicyNetwork<double> agent({.in_channels = 32, .out_channels = 40, .hidden = 128}, Key(3));
  for (const auto& layer : agent.linears().gate_fc) {
    double sum = 0, squares = 0;
    for (double w : layer.weight.value()) sum += w, squares += w * w;
    const auto count = static_cast<double>(layer.weight.size());
    CHECK(std::abs(sum / count) < 5e-5);
    CHECK(std::sqrt(squares / count) / 0.001 == doctest::Approx(1).epsilon(0.02));
    for (double b : layer.bias.value()) CHECK(b == 0);
  }
  const auto &first = agent.linears().gate_fc[0].weight.value(),
             &second = agent.linears().gate_fc[1].weight.value();
  CHECK(first(0, 0) != second(0, 0));
}

TEST_CASE("policy: lists its linears and its batch norm, and not the linears that it borrows") {
  CHECK(names(Agent(config, Key(1))) ==
        std::vector<std::string>{"gate_fc0.weight", "gate_fc0.bias", "gate_bn.weight",
                                 "gate_bn.bias", "gate_bn.running_mean", "gate_bn.running_var",
                                 "gate_fc1.weight", "gate_fc1.bias"});
  const PolicyLinears<double> shared(config, Key(1));
  CHECK(names(Agent(config, shared)) == std::vector<std::string>{"gate_bn.weight", "gate_bn.bias",
                                                                 "gate_bn.running_mean",
                                                                 "gate_bn.running_var"});
}

TEST_CASE("policy: agents that share linears decide alike, and both send gradients to them") {
  const PolicyLinears<double> shared(config, Key(1));
  const Agent first(config, shared), second(config, shared), own(config, Key(1));
  const auto x = Doubles::randn({6, 4, 2, 2}, Key(2));
  nn::Context<double> ctx;
  const auto logits = own.forward(x, 3, ctx).value();
  check_close(first.forward(x, 3, ctx).value(), logits, "logits");

  const auto gradient = [&](std::initializer_list<const Agent*> agents) {
    shared.gate_fc[1].weight.zero_grad();
    for (const auto* agent : agents) backward(sum(agent->forward(x, 3, ctx)));
    return shared.gate_fc[1].weight.grad();
  };
  const auto one = gradient({&first}), both = gradient({&first, &second});
  check_close(both.value(), (2 * one).value(), "gradients");
}

TEST_CASE("policy: one linear and three, with the norms between them, by hand") {
  const auto x = Doubles::randn({6, 4, 2, 3}, Key(2));
  const Variable<double> v = global_avg_pool(x);
  const auto both = cat(std::vector<Variable<double>>{shift_time(v, 3, -1), v}, 1);
  nn::Context<double> ctx;
  for (const Index layers : {1, 2, 3}) {
    CAPTURE(layers);
    auto sizes = config;
    sizes.layers = layers;
    const Agent agent = lively_agent(sizes);
    REQUIRE(agent.norms().size() == static_cast<std::size_t>(layers - 1));
    auto y = both;
    for (Index i = 0; i < layers; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto& layer = agent.linears().gate_fc[at];
      y = linear(y, layer.weight, layer.bias);
      if (i + 1 < layers) y = relu(agent.norms()[at].forward(y, ctx));
    }
    check_close(agent.forward(x, 3, ctx).value(), y.value().reshape({6, 5, 3}), "logits");
  }
}

TEST_CASE("policy: its layers have the names of the authors' agents, and their sizes") {
  auto sizes = config;
  sizes.layers = 3;
  const Agent three(sizes, Key(1));
  CHECK(names(three) ==
        std::vector<std::string>{"gate_fc0.weight", "gate_fc0.bias", "gate_bn.weight",
                                 "gate_bn.bias", "gate_bn.running_mean", "gate_bn.running_var",
                                 "gate_fc1.weight", "gate_fc1.bias", "gate_bn1.weight",
                                 "gate_bn1.bias", "gate_bn1.running_mean", "gate_bn1.running_var",
                                 "gate_fc2.weight", "gate_fc2.bias"});
  CHECK(three.linears().sizes() == std::vector<Index>{8, 6, 6, 15});
  CHECK(three.macs() == 8 * 6 + 6 * 6 + 6 * 15);
  sizes.layers = 1;
  const Agent one(sizes, Key(1));
  CHECK(names(one) == std::vector<std::string>{"gate_fc0.weight", "gate_fc0.bias"});
  CHECK(one.macs() == 8 * 15);
}

TEST_CASE("policy: with max pooling it sees the largest pixel of each map") {
  auto sizes = config;
  const Agent average = lively_agent(sizes);
  sizes.pool = PolicyPool::max;
  const Agent max = lively_agent(sizes);
  const auto x = Doubles::randn({6, 4, 2, 3}, Key(2));
  Doubles largest({6, 4, 1, 1});
  for (Index f = 0; f < 6; ++f)
    for (Index c = 0; c < 4; ++c)
      largest(f, c, 0, 0) = *std::max_element(x[f][c].begin(), x[f][c].end());
  nn::Context<double> ctx;
  check_close(max.forward(x, 3, ctx).value(), average.forward(largest, 3, ctx).value(), "logits");
}

TEST_CASE("policy: in groups of G, channel i has the logits of decision i mod c' / G") {
  const PolicyConfig sizes{.in_channels = 4, .out_channels = 6, .hidden = 5, .groups_of = 2};
  const Agent agent = lively_agent(sizes);
  CHECK(agent.linears().sizes() == std::vector<Index>{8, 5, 9});
  nn::Context<double> ctx;
  const auto logits = agent.forward(Doubles::randn({6, 4, 2, 3}, Key(2)), 3, ctx).value();
  REQUIRE(logits.shape() == Shape{6, 6, 3});
  for (Index f = 0; f < 6; ++f)
    for (Index c = 0; c < 3; ++c)
      for (Index k = 0; k < 3; ++k) {
        CHECK(logits(f, c, k) == logits(f, c + 3, k));
        CHECK(logits(f, c, k) != logits(f, (c + 1) % 3, k));
      }
  CHECK_THROWS_WITH_AS(Agent({.in_channels = 4, .out_channels = 5, .groups_of = 2}, Key(0)),
                       "policy: 5 channels do not make groups of 2", ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 4, .out_channels = 5, .groups_of = 0}, Key(0)), ValueError);
}

TEST_CASE("policy: forward is its two halves, so that a stream may keep what it pooled") {
  const Agent agent = lively_agent(config);
  const auto x = Doubles::randn({3, 4, 2, 2}, Key(2));
  nn::Context<double> ctx;
  const auto clip = agent.forward(x, 3, ctx).value();
  Variable<double> before = Doubles({1, 4});
  for (Index t = 0; t < 3; ++t) {
    const auto now = agent.pooled(x[t].clone().reshape({1, 4, 2, 2}));
    check_close(agent.logits(before, now, ctx).value()[0], clip[t], "logits");
    before = now;
  }
}

TEST_CASE("policy: moves with its linears inside") {
  Agent agent(config, Key(4));
  const auto weight = agent.linears().gate_fc[0].weight.value();
  const Agent moved = std::move(agent);
  CHECK(moved.linears().gate_fc[0].weight.value().shares_with(weight));
}

TEST_CASE("policy: counts its multiply-accumulates: hidden (2c + 3c')") {
  CHECK(Agent(config, Key(0)).macs() == 6 * (2 * 4 + 3 * 5));
  CHECK(nn::parameter_count(Agent(config, Key(0))) == 6 * 8 + 6 + 2 * 6 + 15 * 6 + 15);
}

TEST_CASE("policy: sizes must be positive, fit the input, and fit borrowed linears") {
  CHECK_THROWS_AS(Agent({.in_channels = 0, .out_channels = 2}, Key(0)), ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = Index{1} << 62, .out_channels = 2}, Key(0)), ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 2, .out_channels = 0}, Key(0)), ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 2, .out_channels = 2, .hidden = 0}, Key(0)), ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 2, .out_channels = 2, .layers = 4}, Key(0)), ValueError);
  const Agent agent(config, Key(0));
  nn::Context<double> ctx;
  CHECK_THROWS_WITH_AS(agent.forward(Doubles({6, 3, 2, 2}), 3, ctx),
                       "policy: expects [N*T,4,h,w], got [6,3,2,2]", ShapeError);
  CHECK_THROWS_AS(agent.forward(Doubles({6, 4, 2, 2}), 4, ctx), ShapeError);
  const PolicyLinears<double> shared(config, Key(1));
  CHECK_THROWS_WITH_AS(Agent({.in_channels = 5, .out_channels = 5, .hidden = 6}, shared),
                       "policy: 10 -> 6 -> 15 does not fit shared linears 8 -> 6 -> 15",
                       ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 4, .out_channels = 6, .hidden = 6}, shared), ValueError);
  CHECK_THROWS_AS(Agent({.in_channels = 4, .out_channels = 5, .hidden = 7}, shared), ValueError);
}

}  // namespace policy_test
