// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/policy_choice.hpp>

namespace policy_choice_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("policy: learned leaves decisions to the agents") {
  CHECK(parse_policy("learned").learned());
  CHECK_FALSE(parse_policy("learned").source<float>(Key(0)));
}

TEST_CASE("policy: keep-all and random decide in the agents' place") {
  const auto x = Tensor<float>::zeros({400, 2, 1, 1});
  const std::string block = "layer1.0";
  const DecisionRequest<float> ask{block, x, 4, 50};
  for (const auto action : parse_policy("keep-all").source<float>(Key(0))(ask)) CHECK(action == 0);
  const auto choice = parse_policy("random:0.5,0.3,0.2");
  CHECK_FALSE(choice.learned());
  std::array<double, 3> share{};
  const auto lots = choice.source<float>(Key(1))(ask);
  for (const auto action : lots) share[action] += 1 / static_cast<double>(lots.size());
  CHECK(share[0] == doctest::Approx(0.5).epsilon(0.05));
  CHECK(share[1] == doctest::Approx(0.3).epsilon(0.05));
  CHECK(share[2] == doctest::Approx(0.2).epsilon(0.05));
}

TEST_CASE("policy: by magnitude, the shares hold in every frame") {
  const auto x = Tensor<float>::randn({4, 2, 3, 3}, Key(1));
  const std::string block = "layer1.0";
  DecisionRequest<float> ask{block, x, 2, 10};
  ask.gains = [] { return Tensor<float>::uniform({10, 2}, Key(2)); };
  const auto choice = parse_policy("magnitude:0.5,0.3,0.2");
  CHECK(choice.kind == PolicyChoice::Kind::magnitude);
  const auto actions = choice.source<float>(Key(1))(ask);
  for (Index f = 0; f < 4; ++f)
    CHECK(std::count(actions[f].begin(), actions[f].end(), std::uint8_t{1}) == 3);
}

TEST_CASE("policy: by change, still frames are reused") {
  const auto x = Tensor<float>::full({4, 2, 3, 3}, 1);
  const std::string block = "layer1.0";
  const auto choice = parse_policy("change:0.5");
  CHECK(choice.kind == PolicyChoice::Kind::change);
  CHECK_FALSE(choice.learned());
  const auto actions = choice.source<float>(Key(1))({block, x, 4, 3});
  CHECK(actions(0, 0) == 0);
  CHECK(actions(3, 2) == 1);
}

TEST_CASE("policy: what is none, or shares that are none, are told") {
  for (const std::string wrong : {"",
                                  "keep",
                                  "Learned",
                                  "random",
                                  "random:",
                                  "random:1",
                                  "random:.5,.5",
                                  "random:.2,.3,.5,0",
                                  "random:a,b,c",
                                  "random:.5;.3;.2",
                                  "random:.5,.3,.2x",
                                  "random:.5,.3,",
                                  "random: .5,.3,.2",
                                  "random:.5,.3,.3",
                                  "random:1.5,-.5,0",
                                  "random:nan,0,1",
                                  "random:inf,0,0",
                                  "change",
                                  "change:",
                                  "change:x",
                                  "change:-1",
                                  "change:nan",
                                  "change:.1,.2"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_policy(wrong), ValueError);
  }
  CHECK_THROWS_WITH_AS(parse_policy("keep"),
                       "policy: expects learned, keep-all, random:k,r,s, magnitude:k,r,s or "
                       "change:t, got 'keep'",
                       ValueError);
  CHECK_THROWS_WITH_AS(parse_policy("magnitude:1,1"),
                       "policy: magnitude:k,r,s takes three shares, got 'magnitude:1,1'",
                       ValueError);
  CHECK_THROWS_WITH_AS(parse_policy("magnitude:1,1,1"), doctest::Contains("add up to 1"),
                       ValueError);
  CHECK(parse_policy("random:1,0,0").shares.keep == 1);
}

TEST_CASE("policy: a choice is written as it is read") {
  for (const std::string text : {"learned", "keep-all", "random:0.5,0.3,0.2", "magnitude:1,0,0",
                                 "random:0.1,0.2,0.7", "change:0.3", "change:0", "change:inf"})
    CHECK(to_string(parse_policy(text)) == text);
  const double third = 1.0 / 3;
  const PolicyChoice thirds{PolicyChoice::Kind::random, {third, third, 1 - 2 * third}};
  CHECK(parse_policy(to_string(thirds)).shares.skip == thirds.shares.skip);
}

}  // namespace policy_choice_test
