// What an agent sees: both frames, its own, or nothing.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/policy.hpp>

#include "agents.hpp"

namespace policy_sees_test {

using namespace adafuse;
using agents::lively_agent;
using agents::names;

namespace {

using Doubles = Tensor<double>;
using Agent = PolicyNetwork<double>;

PolicyConfig config_of(PolicySees sees, Index groups_of = 1) {
  return {.in_channels = 4, .out_channels = 6, .hidden = 5, .groups_of = groups_of, .sees = sees};
}

bool same(const Doubles& a, const Doubles& b) { return std::equal(a.begin(), a.end(), b.begin()); }

}  // namespace

TEST_CASE("policy sees: without history a frame's logits know that frame only") {
  const Agent agent = lively_agent(config_of(PolicySees::now));
  agents::check_what_frames_tell(agent, [](Index changed, Index f) { return f == changed; });
  // Nor do its halves, as a stream calls them.
  const auto x = Doubles::randn({8, 4, 2, 2}, Key(2));
  nn::Context<double> ctx;
  const auto now = agent.pooled(x);
  const auto logits = agent.forward(x, 4, ctx).value();
  for (const std::uint64_t any : {1u, 2u})
    CHECK(same(agent.logits(Doubles::randn({8, 4}, Key(any)), now, ctx).value(), logits));
}

TEST_CASE("policy sees: without history it is the agent whose weights of v of t-1 are 0") {
  const Agent agent = lively_agent(config_of(PolicySees::now));
  const Agent both = lively_agent(config_of(PolicySees::both));
  {
    const NoGrad guard;
    auto state = nn::state_tensors(both);
    const auto own = nn::state_tensors(agent);
    for (auto& [name, tensor] : state) {
      if (name != "gate_fc0.weight") {
        tensor.copy_from(own.at(name));
        continue;
      }
      for (Index o = 0; o < 5; ++o)
        for (Index i = 0; i < 8; ++i) tensor(o, i) = i < 4 ? 0 : own.at(name)(o, i - 4);
    }
  }
  const auto x = Doubles::randn({6, 4, 2, 3}, Key(2));
  nn::Context<double> ctx;
  const auto a = agent.forward(x, 3, ctx).value(), b = both.forward(x, 3, ctx).value();
  for (Index i = 0; i < a.size(); ++i)
    CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(1e-12));
}

TEST_CASE("policy sees: nothing, and its logits are parameters, alike for every frame") {
  for (const Index groups_of : {1, 2}) {
    const Agent agent = lively_agent(config_of(PolicySees::none, groups_of));
    CHECK(names(agent) == std::vector<std::string>{"gate_logits"});
    CHECK(agent.macs() == 0);
    CHECK(nn::parameter_count(agent) == 18 / groups_of);
    nn::Context<double> ctx;
    const auto logits = agent.forward(Doubles::randn({6, 4, 2, 3}, Key(2)), 3, ctx);
    REQUIRE(logits.shape() == Shape{6, 6, 3});
    for (Index f = 0; f < 6; ++f)
      for (Index c = 0; c < 6; ++c)
        for (Index k = 0; k < 3; ++k)
          CHECK(logits.value()(f, c, k) ==
                agent.gate_logits().value()(c % (6 / groups_of) * 3 + k));
    backward(sum(logits));  // each parameter stands in every frame, for each channel of its group
    for (const double g : agent.gate_logits().grad().value())
      CHECK(g == static_cast<double>(6 * groups_of));
  }
  const Agent start(config_of(PolicySees::none), Key(3));
  for (const double z : start.gate_logits().value()) CHECK((z != 0 && std::abs(z) < 0.005));
}

TEST_CASE("policy sees: sizes, names and multiply-accumulates follow") {
  const Agent now(config_of(PolicySees::now), Key(0)), both(config_of(PolicySees::both), Key(0));
  CHECK(now.linears().sizes() == std::vector<Index>{4, 5, 18});
  CHECK(both.linears().sizes() == std::vector<Index>{8, 5, 18});
  CHECK(names(now) == names(both));
  CHECK(now.macs() == 4 * 5 + 5 * 18);
  CHECK_FALSE(now.gate_logits().defined());
  const PolicyLinears<double> shared(config_of(PolicySees::now), Key(1));
  CHECK_THROWS_AS(Agent(config_of(PolicySees::both), shared), ValueError);
  CHECK_THROWS_WITH_AS(Agent(config_of(PolicySees::none), shared),
                       "policy: an agent that sees nothing has no linears to share", ValueError);
}

TEST_CASE("policy sees: an agent that sees nothing moves with its logits inside") {
  Agent agent(config_of(PolicySees::none), Key(4));
  const auto logits = agent.gate_logits().value();
  const Agent moved = std::move(agent);
  CHECK(moved.gate_logits().value().shares_with(logits));
}

}  // namespace policy_sees_test
