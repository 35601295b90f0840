// Actions: two orders, one place that converts.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/action.hpp>

namespace action_test {

using namespace adafuse;
using Actions = Tensor<std::uint8_t>;

TEST_CASE("action: files say keep 0, reuse 1, skip 2; logits have skip, reuse, keep") {
  CHECK(static_cast<int>(Action::keep) == 0);
  CHECK(static_cast<int>(Action::reuse) == 1);
  CHECK(static_cast<int>(Action::skip) == 2);
  CHECK(logit_index(Action::skip) == 0);
  CHECK(logit_index(Action::reuse) == 1);
  CHECK(logit_index(Action::keep) == 2);
  for (Index i = 0; i < action_count; ++i) CHECK(logit_index(action_at(i)) == i);
}

TEST_CASE("chosen_actions: the largest entry wins, of equals skip before reuse before keep") {
  const auto chosen = [](float skip, float reuse, float keep) {
    return Action{chosen_actions(Tensor<float>::of({skip, reuse, keep})).item()};
  };
  CHECK(chosen(3, 1, 2) == Action::skip);
  CHECK(chosen(1, 3, 2) == Action::reuse);
  CHECK(chosen(-3, -2, -1) == Action::keep);
  CHECK(chosen(1, 1, 1) == Action::skip);
  CHECK(chosen(0, 1, 1) == Action::reuse);
  CHECK(chosen(1, 0, 1) == Action::skip);
}

TEST_CASE("one_hot_actions and chosen_actions are each other's inverse") {
  const Actions actions({2, 3}, std::vector<std::uint8_t>{0, 1, 2, 2, 1, 0});
  const auto weights = one_hot_actions<double>(actions);
  REQUIRE(weights.shape() == Shape{2, 3, 3});
  CHECK(weights(0, 0, 2) == 1);  // keep
  CHECK(weights(0, 1, 1) == 1);  // reuse
  CHECK(weights(0, 2, 0) == 1);  // skip
  double sum = 0;
  for (double w : weights) sum += w;
  CHECK(sum == 6);
  const auto back = chosen_actions(weights);
  REQUIRE(back.shape() == actions.shape());
  CHECK(std::equal(back.begin(), back.end(), actions.begin()));
}

TEST_CASE("action: a table of four converts like that of three") {
  constexpr ActionRow four[] = {
      adafuse_actions[0],
      adafuse_actions[1],
      adafuse_actions[2],
      {.name = "add", .logit = 3, .reads_now = true, .reads_before = true},
  };
  const Actions actions({4}, std::vector<std::uint8_t>{3, 0, 2, 1});
  const auto weights = one_hot_actions<float>(actions, four);
  REQUIRE(weights.shape() == Shape{4, 4});
  CHECK(weights(0, 3) == 1);
  const auto back = chosen_actions(weights, four);
  CHECK(std::equal(back.begin(), back.end(), actions.begin()));
  CHECK(listed_actions(four) == "0 keep, 1 reuse, 2 skip, 3 add");
}

TEST_CASE("actions: a fourth action and a fourth logit are errors") {
  CHECK_THROWS_WITH_AS(one_hot_actions<float>(Actions::full({2}, 3)),
                       "one_hot_actions: element 0 is 3, expects 0 keep, 1 reuse, 2 skip",
                       ValueError);
  CHECK_THROWS_AS(chosen_actions(Tensor<float>({2, 4})), ShapeError);
  CHECK_THROWS_AS(chosen_actions(Tensor<float>::scalar(1)), ShapeError);
}

TEST_CASE("chosen_actions: a NaN is an error, and -inf is never chosen") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (Index place = 0; place < action_count; ++place) {
    auto weights = Tensor<double>::of({{1, 2, 3}, {3, 2, 1}});
    weights(1, place) = std::nan("");
    CHECK_THROWS_AS(chosen_actions(weights), ValueError);
    weights(1, place) = infinity;
    CHECK_THROWS_AS(chosen_actions(weights), ValueError);
  }
  const auto masked = chosen_actions(Tensor<double>::of({{-infinity, -infinity, -1e308}}));
  CHECK(masked(0) == static_cast<std::uint8_t>(Action::keep));
}

}  // namespace action_test
