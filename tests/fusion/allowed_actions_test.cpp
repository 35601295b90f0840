// Allowed actions: what may not be chosen never is, and nothing is learned about it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/fusion/decide.hpp>
#include <adafuse/fusion/reinforce.hpp>

namespace allowed_actions_test {

using namespace adafuse;

namespace {

using Agent = std::optional<PolicyNetwork<double>>;
using Doubles = Tensor<double>;

constexpr Index frames = 3, channels = 40;
constexpr AllowedActions all_sets[] = {AllowedActions::keep_reuse_skip, AllowedActions::keep_skip,
                                       AllowedActions::keep_reuse};
constexpr Estimator estimators[] = {Estimator::gumbel, Estimator::soft_gumbel,
                                    Estimator::straight_through, Estimator::reinforce};

/// An agent whose logits are far from equal.
Agent lively_agent(AllowedActions actions, PolicySees sees = PolicySees::both,
                   Index groups_of = 1) {
  Agent agent(std::in_place,
              PolicyConfig{.in_channels = 2,
                           .out_channels = channels,
                           .hidden = 8,
                           .groups_of = groups_of,
                           .sees = sees,
                           .actions = actions},
              Key(1));
  const NoGrad guard;
  for (const auto& p : nn::parameters(*agent)) {
    auto value = p.mutable_value();
    for (double& w : value) w *= 1000;
  }
  return agent;
}

Variable<double> features() { return Doubles::randn({2 * frames, 2, 2, 2}, Key(2)); }

Decision<double> decided(const Agent& agent, AdaptiveContext<double>& ctx) {
  return decide<double>("a", agent, features(), channels, frames, ctx);
}

/// How often each action was taken.
std::array<Index, 3> counts(const Decision<double>& decision) {
  std::array<Index, 3> n{};
  for (const auto action : decision.actions()) ++n[action];
  return n;
}

}  // namespace

TEST_CASE("allowed actions: three sets, and keep is in each") {
  for (const auto set : all_sets) CHECK(allows(set, Action::keep));
  CHECK(allows(AllowedActions::keep_reuse, Action::reuse));
  CHECK(allows(AllowedActions::keep_skip, Action::skip));
  CHECK_FALSE(allows(AllowedActions::keep_skip, Action::reuse));
  CHECK_FALSE(allows(AllowedActions::keep_reuse, Action::skip));
  CHECK(io::parse_word<AllowedActions>("keep,skip") == AllowedActions::keep_skip);
  CHECK_THROWS_WITH_AS(io::parse_word<AllowedActions>("reuse,skip"),
                       doctest::Contains("expects keep,reuse,skip, keep,skip or keep,reuse"),
                       ValueError);
}

TEST_CASE("allowed actions: an excluded one is never taken, and the others are") {
  for (const auto set : all_sets)
    for (const auto sees : {PolicySees::both, PolicySees::now, PolicySees::none})
      for (const auto estimator : estimators)
        for (const bool training : {true, false})
          for (const bool sample : {true, false})
            for (const Index groups_of : {1, 2}) {
              INFO(io::word_of(set) << " " << io::word_of(sees) << " " << io::word_of(estimator)
                                    << " " << training << sample << groups_of);
              const auto agent = lively_agent(set, sees, groups_of);
              AdaptiveContext<double> ctx(training, Key(3));
              ctx.estimator = estimator;
              ctx.sample = sample;
              const auto decision = decided(agent, ctx);
              const auto taken = counts(decision);
              for (const auto action : all_actions)
                CHECK((taken[static_cast<std::size_t>(action)] > 0) == allows(set, action));
              for (Index i = 0; i < decision.weights.value().size(); ++i)
                if (!allows(set, action_at(i % 3))) CHECK(decision.weights.value().data()[i] == 0);
            }
}

TEST_CASE(
    "allowed actions: what is allowed has the logits that it had, and the weights are the same") {
  const auto full = lively_agent(AllowedActions::keep_reuse_skip);
  AdaptiveContext<double> ctx(true, Key(3));
  const auto expected = decided(full, ctx).logits.value();
  for (const auto set : all_sets) {
    const auto agent = lively_agent(set);
    AdaptiveContext<double> own(true, Key(3));
    const auto logits = decided(agent, own).logits.value();
    for (Index i = 0; i < logits.size(); ++i)
      CHECK(logits.data()[i] == (allows(set, action_at(i % 3))
                                     ? expected.data()[i]
                                     : -std::numeric_limits<double>::infinity()));
  }
}

TEST_CASE("allowed actions: an excluded logit has the gradient 0, every other one has more") {
  for (const auto set : all_sets)
    for (const auto sees : {PolicySees::both, PolicySees::none})
      for (const auto estimator : estimators) {
        INFO(io::word_of(set) << " " << io::word_of(sees) << " " << io::word_of(estimator));
        const auto agent = lively_agent(set, sees);
        AdaptiveContext<double> ctx(true, Key(3));
        ctx.estimator = estimator;
        const auto decision = decided(agent, ctx);
        auto loss = sum(decision.weights * Doubles::randn({2 * frames, channels, 3}, Key(5)));
        if (estimator == Estimator::reinforce)
          loss =
              reinforce(log_probability<double>({decision}, frames), Doubles::of({0.5, -2}), 0.1);
        backward(loss);
        const auto& bias =
            sees == PolicySees::none ? agent->gate_logits() : agent->linears().gate_fc.back().bias;
        std::array<double, 3> sizes{};
        for (Index i = 0; i < bias.size(); ++i) {
          const double g = bias.grad().value()(i);
          REQUIRE(std::isfinite(g));
          sizes[static_cast<std::size_t>(i % 3)] += std::abs(g);
        }
        for (const auto action : all_actions)
          CHECK((sizes[static_cast<std::size_t>(logit_index(action))] > 0) == allows(set, action));
      }
}

TEST_CASE("allowed actions: the soft sample's gradient is that of differences") {
  for (const auto set : all_sets)
    for (const auto sees : {PolicySees::both, PolicySees::now, PolicySees::none}) {
      INFO(io::word_of(set) << " " << io::word_of(sees));
      Agent agent(
          std::in_place,
          PolicyConfig{
              .in_channels = 2, .out_channels = 4, .hidden = 3, .sees = sees, .actions = set},
          Key(1));
      {
        const NoGrad guard;
        for (const auto& p : nn::parameters(*agent))
          p.mutable_value().copy_from(
              Doubles::randn(p.shape(), Key(4).of(static_cast<std::uint64_t>(p.size()))));
      }
      const auto noise = gumbel_noise<double>({2 * frames, 4, 3}, Key(6));
      const auto soft = [&](const Variable<double>& x) {
        nn::Context<double> ctx;
        return gumbel_softmax(agent->forward(x, frames, ctx), noise,
                              {.temperature = 0.67, .hard = false});
      };
      const auto of_x = gradcheck(
          "soft choice", [&](const std::vector<Variable<double>>& in) { return soft(in[0]); },
          {features().value()});
      CHECK(of_x.error < 1e-6);
      // Of the parameters, one by one.
      const Doubles direction = Doubles::randn({2 * frames, 4, 3}, Key(7));
      const auto loss = [&] { return sum(soft(features()) * direction); };
      backward(loss());
      constexpr double step = 1e-5;
      for (const auto& p : nn::parameters(*agent))
        for (Index i = 0; i < p.size(); ++i) {
          const NoGrad guard;
          auto value = p.mutable_value();
          double& w = value.data()[i];
          const double at = w;
          w = at + step;
          const double above = loss().item();
          w = at - step;
          const double below = loss().item();
          w = at;
          const double numeric = (above - below) / (2 * step);
          CHECK(std::abs(p.grad().value().data()[i] - numeric) <
                1e-7 * std::max(1.0, std::abs(numeric)));
        }
    }
}

TEST_CASE("allowed actions: log p of a choice among two is that of two logits") {
  const auto agent = lively_agent(AllowedActions::keep_skip);
  AdaptiveContext<double> ctx(true, Key(3));
  ctx.estimator = Estimator::reinforce;
  const auto decision = decided(agent, ctx);
  const auto actions = decision.actions();
  const auto log_p = log_probability<double>({decision}, frames).value();
  for (Index n = 0; n < 2; ++n) {
    double expected = 0;
    for (Index f = n * frames; f < (n + 1) * frames; ++f)
      for (Index c = 0; c < channels; ++c) {
        const auto& z = decision.logits.value();
        const double keep = z(f, c, logit_index(Action::keep)),
                     skip = z(f, c, logit_index(Action::skip));
        const double apart = Action{actions(f, c)} == Action::keep ? skip - keep : keep - skip;
        expected -= std::log1p(std::exp(apart));
      }
    CHECK(log_p(n) == doctest::Approx(expected).epsilon(1e-12));
  }
}

}  // namespace allowed_actions_test
