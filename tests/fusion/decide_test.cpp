// decide: who makes a block's decisions, and how.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/decide.hpp>

namespace decide_test {

using namespace adafuse;

namespace {

using Agent = std::optional<PolicyNetwork<double>>;
using Ctx = AdaptiveContext<double>;
using Actions = Tensor<std::uint8_t>;

const PolicyConfig config{.in_channels = 2, .out_channels = 40, .hidden = 8};

/// An agent whose logits are far from equal.
Agent lively_agent() {
  Agent agent(std::in_place, config, Key(1));
  const NoGrad guard;
  for (const auto& layer : agent->linears().gate_fc) {
    auto weight = layer.weight.mutable_value();
    for (double& w : weight) w *= 1000;
  }
  return agent;
}

Variable<double> features() { return Tensor<double>::randn({6, 2, 2, 2}, Key(2)); }

Decision<double> decided(const Agent& agent, Ctx& ctx) {
  return decide<double>("layer1.0", agent, features(), 40, 3, ctx);
}

bool same(const Actions& a, const Actions& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

bool one_hot(const Tensor<double>& weights) {
  const auto actions = one_hot_actions<double>(chosen_actions(weights));
  return std::equal(weights.begin(), weights.end(), actions.begin());
}

}  // namespace

TEST_CASE("decide: at evaluation the largest logit wins, and no noise is drawn") {
  const auto agent = lively_agent();
  Ctx ctx(false, Key(3)), fresh(false, Key(3)), other(false, Key(4));
  const auto decision = decided(agent, ctx);
  CHECK(decision.block == "layer1.0");
  CHECK(decision.weights.shape() == Shape{6, 40, 3});
  CHECK(same(decision.actions(), chosen_actions(decision.logits.value())));
  CHECK(one_hot(decision.weights.value()));
  CHECK(!decision.weights.requires_grad());
  CHECK(same(decision.actions(), decided(agent, other).actions()));
  CHECK(ctx.next_key() == fresh.next_key());
}

TEST_CASE("decide: in training decisions are hard samples with a gradient to the agent") {
  const auto agent = lively_agent();
  Ctx ctx(true, Key(3)), again(true, Key(3)), other(true, Key(4));
  const auto decision = decided(agent, ctx);
  CHECK(one_hot(decision.weights.value()));
  CHECK(same(decision.actions(), decided(agent, again).actions()));
  CHECK(!same(decision.actions(), decided(agent, other).actions()));
  CHECK(!same(decision.actions(), decided(agent, ctx).actions()));  // the next key
  backward(sum(decision.weights * Tensor<double>::randn({6, 40, 3}, Key(5))));
  for (const auto& p : nn::parameters(*agent)) CHECK(p.grad().defined());
}

TEST_CASE("decide: samples at the context's temperature") {
  const auto agent = lively_agent();
  const auto gradient_norm = [&](double temperature) {
    nn::zero_grad(*agent);
    Ctx ctx(true, Key(3));
    ctx.temperature = temperature;
    backward(sum(decided(agent, ctx).weights * Tensor<double>::randn({6, 40, 3}, Key(5))));
    double squares = 0;
    const auto gradient = agent->linears().gate_fc[1].bias.grad();
    for (double g : gradient.value()) squares += g * g;
    return std::sqrt(squares);
  };
  CHECK(gradient_norm(1e4) < 1e-3 * gradient_norm(0.67));
}

TEST_CASE("decide: a draw takes a key, unless its noise is given") {
  const auto agent = lively_agent();
  Ctx ctx;
  ctx.sample = true;
  CHECK_THROWS_WITH_AS(decided(agent, ctx), doctest::Contains("the context has no key"),
                       ValueError);
  ctx.noise = [](const std::string&, const Shape& logits) { return Tensor<double>(logits); };
  CHECK(same(decided(agent, ctx).actions(), decided(agent, ctx).actions()));
}

TEST_CASE("decide: evaluation samples when asked to") {
  const auto agent = lively_agent();
  Ctx ctx(false, Key(3)), other(false, Key(4));
  ctx.sample = other.sample = true;
  const auto decision = decided(agent, ctx);
  CHECK(one_hot(decision.weights.value()));
  CHECK(!same(decision.actions(), decided(agent, other).actions()));
}

TEST_CASE("decide: training draws by the context's estimator, evaluation always chooses") {
  const auto agent = lively_agent();
  for (const Estimator estimator : {Estimator::gumbel, Estimator::soft_gumbel,
                                    Estimator::straight_through, Estimator::reinforce}) {
    Ctx ctx(true, Key(3)), other(true, Key(4)), evaluation(false, Key(3));
    ctx.estimator = other.estimator = evaluation.estimator = estimator;
    evaluation.sample = true;
    const auto decision = decided(agent, ctx);
    CHECK(one_hot(decision.weights.value()) == (estimator != Estimator::soft_gumbel));
    CHECK(decision.weights.requires_grad() == (estimator != Estimator::reinforce));
    CHECK(decision.logits.requires_grad());
    CHECK(same(decision.actions(), decided(agent, other).actions()) ==
          (estimator == Estimator::straight_through));
    CHECK(one_hot(decided(agent, evaluation).weights.value()));
  }
}

TEST_CASE("decide: channels that share a decision draw once") {
  auto sizes = config;
  sizes.groups_of = 4;
  const Agent agent(std::in_place, sizes, Key(1));
  Ctx ctx(true, Key(3));
  const auto decision = decided(agent, ctx);
  CHECK(decision.groups_of == 4);
  REQUIRE(decision.weights.shape() == Shape{6, 40, 3});
  const auto actions = decision.actions();
  Index different = 0;
  for (Index f = 0; f < 6; ++f)
    for (Index c = 0; c < 40; ++c) {
      CHECK(actions(f, c) == actions(f, c % 10));
      different += actions(f, c) != actions(f, (c + 1) % 10);
    }
  CHECK(different > 50);
}

TEST_CASE("decide: what a numbered clip draws does not depend on its batch") {
  const auto agent = lively_agent();
  const auto x = features().value();
  Ctx together(false, Key(3)), alone(false, Key(3)), other(false, Key(3));
  for (Ctx* ctx : {&together, &alone, &other}) ctx->sample = true;
  together.samples = {7, 9}, alone.samples = {9}, other.samples = {8};
  const auto batch = decided(agent, together).actions();
  const Tensor<double> last({3, 2, 2, 2}, std::vector<double>(x.begin() + 24, x.end()));
  const auto clip = [&](Ctx& ctx) {
    return decide<double>("layer1.0", agent, last, 40, 3, ctx).actions();
  };
  const auto second = clip(alone);
  CHECK(std::equal(second.begin(), second.end(), batch.begin() + 3 * 40));
  CHECK(!same(second, clip(other)));
  other.samples = {1, 2};
  CHECK_THROWS_WITH_AS(clip(other), "layer1.0: 2 numbers for clips of 3 frames in [3,2,2,2]",
                       ValueError);
}

TEST_CASE("decide: noise that is given takes the place of what would be drawn") {
  const auto agent = lively_agent();
  Ctx ctx(true, Key(3)), plain(true, Key(3));
  ctx.noise = [](const std::string& block, const Shape& shape) {
    CHECK(block == "layer1.0");
    return Tensor<double>(shape);
  };
  const auto decision = decided(agent, ctx);
  CHECK(same(decision.actions(), chosen_actions(decision.logits.value())));
  CHECK(!same(decision.actions(), decided(agent, plain).actions()));
}

TEST_CASE("decide: a source takes the agent's place, in training too") {
  const auto agent = lively_agent();
  for (const bool training : {false, true}) {
    Ctx ctx(training, Key(3));
    ctx.decisions = keep_all<double>();
    const auto decision = decided(agent, ctx);
    CHECK(same(decision.actions(), Actions({6, 40})));
    CHECK(decision.logits.defined());
    CHECK(!decided({}, ctx).logits.defined());
  }
}

TEST_CASE("decide: a source is asked with the block's name, input and sizes") {
  Ctx ctx;
  bool asked = false;
  ctx.decisions = [&](const DecisionRequest<double>& ask) {
    asked = ask.block == "layer1.0" && ask.features.shape() == Shape{6, 2, 2, 2} &&
            ask.frames == 3 && ask.channels == 40;
    return Actions::full({6, 40}, 2);
  };
  const auto actions = decided({}, ctx).actions();
  CHECK(asked);
  CHECK(same(actions, Actions::full({6, 40}, 2)));
}

TEST_CASE("decide: a source that leaves a block alone leaves it to its agent") {
  const auto agent = lively_agent();
  Ctx plain, ctx;
  ctx.decisions = follow<double>({{"layer2.0", Actions({6, 40})}});
  CHECK(same(decided(agent, ctx).actions(), decided(agent, plain).actions()));
}

TEST_CASE("decide: nobody to decide is an error that names the block") {
  Ctx ctx;
  CHECK_THROWS_WITH_AS(decided({}, ctx),
                       "layer1.0: has no agent; the context must say which channels to keep",
                       ValueError);
  ctx.decisions = follow<double>({});
  CHECK_THROWS_AS(decided({}, ctx), ValueError);
  ctx.decisions = [](const DecisionRequest<double>&) { return Actions({6, 39}); };
  CHECK_THROWS_WITH_AS(decided({}, ctx), "layer1.0: decisions expected [6,40], got [6,39]",
                       ShapeError);
}

TEST_CASE("decide: logits that are no numbers are an error that names the block, never an action") {
  const auto agent = lively_agent();
  {
    const NoGrad guard;
    agent->linears().gate_fc.back().bias.mutable_value()(7) = std::nan("");
  }
  for (const bool training : {false, true})
    for (const auto estimator : {Estimator::gumbel, Estimator::soft_gumbel,
                                 Estimator::straight_through, Estimator::reinforce}) {
      Ctx ctx(training, Key(3));
      ctx.estimator = estimator;
      CHECK_THROWS_WITH_AS(decided(agent, ctx), doctest::Contains("layer1.0: its agent"),
                           ValueError);
    }
}

}  // namespace decide_test
