// An agent with a memory: its logits are W of an LSTM over v, by the layer and in plain loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/fusion/policy.hpp>
#include <cmath>

#include "agents.hpp"

namespace policy_memory_test {

using namespace adafuse;

namespace {

using Doubles = Tensor<double>;
using Agent = PolicyNetwork<double>;

constexpr Index in = 4, out = 6, hidden = 5;

PolicyConfig config_of(Index groups_of = 1) {
  return {.in_channels = in,
          .out_channels = out,
          .hidden = hidden,
          .groups_of = groups_of,
          .sees = PolicySees::memory};
}

Agent lively_agent(const PolicyConfig& config = config_of()) {
  return agents::lively_agent(config);
}

std::map<std::string, Doubles> weights_of(const Agent& agent) { return nn::state_tensors(agent); }

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

/// The definition, one number after the other: logits [N*T][3 decisions] of v [N*T, in].
std::vector<std::vector<double>> plain_logits(const Agent& agent, const Doubles& v, Index frames) {
  const auto weights = weights_of(agent);
  const auto &w_ih = weights.at("gate_lstm.weight_ih_l0"),
             &w_hh = weights.at("gate_lstm.weight_hh_l0"),
             &b_ih = weights.at("gate_lstm.bias_ih_l0"), &b_hh = weights.at("gate_lstm.bias_hh_l0"),
             &w = weights.at("gate_fc0.weight"), &b = weights.at("gate_fc0.bias");
  std::vector<std::vector<double>> logits;
  std::vector<double> h(hidden), c(hidden), gates(4 * hidden);
  const auto at = [](std::vector<double>& numbers, Index i) -> double& {
    return numbers[static_cast<std::size_t>(i)];
  };
  for (Index f = 0; f < v.size(0); ++f) {
    if (f % frames == 0) h.assign(hidden, 0), c.assign(hidden, 0);
    for (Index g = 0; g < 4 * hidden; ++g) {
      double sum = b_ih(g) + b_hh(g);
      for (Index i = 0; i < in; ++i) sum += w_ih(g, i) * v(f, i);
      for (Index k = 0; k < hidden; ++k) sum += w_hh(g, k) * at(h, k);
      at(gates, g) = sum;
    }
    for (Index k = 0; k < hidden; ++k) {
      const double input = sigmoid_of(at(gates, k)), forget = sigmoid_of(at(gates, hidden + k)),
                   candidate = std::tanh(at(gates, 2 * hidden + k)),
                   output = sigmoid_of(at(gates, 3 * hidden + k));
      at(c, k) = forget * at(c, k) + input * candidate;
      at(h, k) = output * std::tanh(at(c, k));
    }
    auto& row = logits.emplace_back();
    for (Index o = 0; o < w.size(0); ++o) {
      double sum = b(o);
      for (Index k = 0; k < hidden; ++k) sum += w(o, k) * at(h, k);
      row.push_back(sum);
    }
  }
  return logits;
}

}  // namespace

TEST_CASE("policy memory: the logits are those of plain loops, for channels in groups as well") {
  for (const Index groups_of : {1, 2}) {
    const Agent agent = lively_agent(config_of(groups_of));
    const auto x = Doubles::randn({8, in, 2, 3}, Key(2));
    nn::Context<double> ctx;
    const auto logits = agent.forward(x, 4, ctx).value();
    REQUIRE(logits.shape() == Shape{8, out, action_count});
    const auto expected = plain_logits(agent, agent.pooled(x).value(), 4);
    for (Index f = 0; f < 8; ++f)
      for (Index o = 0; o < out; ++o)
        for (Index a = 0; a < action_count; ++a) {
          const auto place = static_cast<std::size_t>(o % (out / groups_of) * action_count + a);
          CHECK(logits(f, o, a) ==
                doctest::Approx(expected[static_cast<std::size_t>(f)][place]).epsilon(1e-12));
        }
  }
}

TEST_CASE("policy memory: the logits are one linear of nn::Lstm over v, clip by clip") {
  const Agent agent = lively_agent();
  const nn::Lstm<double> lstm({.in = in, .hidden = hidden}, Key(9));
  {
    const NoGrad guard;
    const auto weights = weights_of(agent);
    for (auto& [name, tensor] : nn::state_tensors(lstm))
      tensor.copy_from(weights.at("gate_lstm." + name));
  }
  const auto x = Doubles::randn({6, in, 3, 3}, Key(3));
  const auto h = lstm.forward(unfold_time(agent.pooled(x), 3)).all;
  const auto expected = agent.linears().gate_fc[0](fold_time(h)).value();
  nn::Context<double> ctx;
  const auto logits = agent.forward(x, 3, ctx).value();
  CHECK(std::equal(logits.begin(), logits.end(), expected.begin(), expected.end()));
}

TEST_CASE("policy memory: a frame tells all later ones of its clip, and no other") {
  agents::check_what_frames_tell(
      lively_agent(), [](Index changed, Index f) { return f / 4 == changed / 4 && f >= changed; });
}

TEST_CASE("policy memory: gradients are those of differences, through all frames of a clip") {
  const Agent agent = lively_agent();
  constexpr Index frames = 3;
  const auto x = Doubles::randn({2 * frames, in, 2, 2}, Key(4));
  nn::Context<double> ctx;
  const auto logits_of = [&](const Variable<double>& maps) {
    return agent.forward(maps, frames, ctx);
  };
  const auto of_x = gradcheck(
      "policy memory",
      [&](const std::vector<Variable<double>>& inputs) { return logits_of(inputs[0]); }, {x});
  CHECK_MESSAGE(of_x.passed, of_x);
  // Of the weights, one by one.
  const auto direction = Doubles::randn({2 * frames, out, action_count}, Key(5));
  const auto loss = [&] { return sum(logits_of(x) * direction); };
  backward(loss());
  constexpr double step = 1e-5;
  for (const auto& p : nn::parameters(agent))
    for (Index i = 0; i < p.size(); ++i) {
      const NoGrad guard;
      double& w = p.mutable_value().data()[i];
      const double at = w;
      w = at + step;
      const double above = loss().item();
      w = at - step;
      const double below = loss().item();
      w = at;
      CHECK(p.grad().value().data()[i] ==
            doctest::Approx((above - below) / (2 * step)).epsilon(1e-6));
    }
  // The last frame's logits alone tell the first frame of their clip, and none of the other clip.
  const Variable<double> leaf = parameter(x.clone());
  backward(sum(slice(logits_of(leaf), 0, 2 * frames - 1, 2 * frames)));
  const auto dx = leaf.grad().value();
  for (Index f = 0; f < 2 * frames; ++f)
    for (const double d : dx[f]) CHECK((d != 0) == (f >= frames));
}

TEST_CASE("policy memory: names, sizes and multiply-accumulates") {
  const Agent agent(config_of(2), Key(0));
  std::vector<std::string> names;
  for (const auto& item : nn::state(agent)) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"gate_lstm.weight_ih_l0", "gate_lstm.weight_hh_l0",
                                          "gate_lstm.bias_ih_l0", "gate_lstm.bias_hh_l0",
                                          "gate_fc0.weight", "gate_fc0.bias"});
  CHECK(agent.linears().sizes() == std::vector<Index>{hidden, 9});
  CHECK(agent.norms().empty());
  CHECK(agent.macs() == 4 * hidden * (in + hidden) + hidden * 9);
  CHECK_FALSE(Agent({.in_channels = in, .out_channels = out}, Key(0)).memory().has_value());
}

TEST_CASE("policy memory: starts nearly undecided, and with another key elsewhere") {
  const auto x = Doubles::randn({4, in, 2, 2}, Key(2));
  nn::Context<double> ctx;
  const Agent one(config_of(), Key(0)), other(config_of(), Key(1));
  const auto a = one.forward(x, 4, ctx).value(), b = other.forward(x, 4, ctx).value();
  for (Index i = 0; i < a.size(); ++i) {
    CHECK(std::abs(a.data()[i]) < 0.01);
    CHECK(a.data()[i] != b.data()[i]);
  }
  const auto w = one.memory()->cell().weight_ih.value(),
             v = other.memory()->cell().weight_ih.value();
  CHECK_FALSE(std::equal(w.begin(), w.end(), v.begin()));
}

TEST_CASE("policy memory: excluded actions have the logit -inf") {
  auto config = config_of();
  config.actions = AllowedActions::keep_skip;
  nn::Context<double> ctx;
  const auto logits =
      lively_agent(config).forward(Doubles::randn({2, in, 2, 2}, Key(2)), 2, ctx).value();
  for (Index f = 0; f < 2; ++f)
    for (Index o = 0; o < out; ++o)
      for (const Action action : all_actions)
        CHECK(std::isfinite(logits(f, o, logit_index(action))) == (action != Action::reuse));
}

TEST_CASE("policy memory: what has no meaning is refused") {
  const Agent agent = lively_agent();
  nn::Context<double> ctx;
  const Variable<double> v = Doubles({2, in});
  CHECK_THROWS_WITH_AS(agent.logits(v, v, ctx),
                       "policy: an agent with a memory reads clips from their first frame on",
                       ValueError);
  const Agent forgetful({.in_channels = in, .out_channels = out, .hidden = hidden}, Key(0));
  CHECK_THROWS_WITH_AS(forgetful.remembered(v, 2), "policy: this agent has no memory", ValueError);
  CHECK_THROWS_AS(agent.forward(Doubles({5, in, 2, 2}), 3, ctx), ShapeError);
  for (const Index layers : {1, 3}) {
    auto config = config_of();
    config.layers = layers;
    CHECK_THROWS_WITH_AS(
        Agent(config, Key(0)),
        concat("policy: a memory and one linear are 2 layers, got ", layers).c_str(), ValueError);
  }
  const PolicyLinears<double> linears(config_of(), Key(0));
  CHECK_THROWS_WITH_AS(Agent(config_of(), linears),
                       "policy: an agent with a memory shares no linears", ValueError);
}

TEST_CASE("policy memory: moves with its memory inside") {
  Agent agent(config_of(), Key(4));
  const auto weight = agent.memory()->cell().weight_hh.value();
  const Agent moved = std::move(agent);
  CHECK(moved.memory()->cell().weight_hh.value().shares_with(weight));
}

}  // namespace policy_memory_test
