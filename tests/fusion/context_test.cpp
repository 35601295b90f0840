// Sources that decide in place of the agents.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/context.hpp>

namespace context_test {

using namespace adafuse;

namespace {

using Actions = Tensor<std::uint8_t>;

Actions ask(const DecisionSource<float>& source, const std::string& block, Index frames,
            Index channels) {
  const Tensor<float> features({frames, 2, 1, 1});
  return source({block, features, frames, channels});
}

double share(const Actions& actions, Action action) {
  return static_cast<double>(
             std::count(actions.begin(), actions.end(), static_cast<std::uint8_t>(action))) /
         static_cast<double>(actions.size());
}

bool same(const Actions& a, const Actions& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

TEST_CASE("adaptive context: evaluation, argmax and the paper's temperature by default") {
  const AdaptiveContext<float> ctx;
  CHECK(!ctx.training);
  CHECK(!ctx.sample);
  CHECK(ctx.temperature == 0.67);
  CHECK(!ctx.decisions);
  CHECK(AdaptiveContext<float>(true, Key(1)).training);
}

TEST_CASE("keep_all: every channel of every frame") {
  const auto actions = ask(keep_all<float>(), "any", 4, 5);
  CHECK(actions.shape() == Shape{4, 5});
  CHECK(share(actions, Action::keep) == 1);
}

TEST_CASE("random_actions: the three actions have the shares asked for") {
  const auto actions = ask(random_actions<float>({0.5, 0.3, 0.2}, Key(1)), "a", 100, 100);
  CHECK(share(actions, Action::keep) == doctest::Approx(0.5).epsilon(0.01));
  CHECK(share(actions, Action::reuse) == doctest::Approx(0.3).epsilon(0.01));
  CHECK(share(actions, Action::skip) == doctest::Approx(0.2).epsilon(0.01));
  CHECK(share(ask(random_actions<float>({0, 0, 1}, Key(1)), "a", 9, 9), Action::skip) == 1);
  CHECK(share(ask(random_actions<float>({0, 1, 0}, Key(1)), "a", 9, 9), Action::reuse) == 1);
}

TEST_CASE("random_actions: the lot is a function of key and block") {
  const auto source = random_actions<float>({0.4, 0.3, 0.3}, Key(1));
  const auto first = ask(source, "a", 8, 8);
  CHECK(same(first, ask(source, "a", 8, 8)));
  CHECK(!same(first, ask(source, "b", 8, 8)));
  CHECK(!same(first, ask(random_actions<float>({0.4, 0.3, 0.3}, Key(2)), "a", 8, 8)));
}

TEST_CASE("random_actions: the lot of a numbered clip does not depend on its batch") {
  const auto source = random_actions<float>({0.4, 0.3, 0.3}, Key(1));
  const std::string block = "a";
  const auto lots = [&](const std::vector<std::uint64_t>& samples) {
    const Tensor<float> features({4 * std::ssize(samples), 2, 1, 1});
    return source({block, features, 4, 8, samples});
  };
  const auto three = lots({5, 2, 9}), one = lots({2});
  CHECK(std::equal(one.begin(), one.end(), three.begin() + 4 * 8));
  CHECK(!same(one, lots({5})));
}

TEST_CASE("random_actions: shares are chances that add up to 1") {
  CHECK_THROWS_AS(random_actions<float>({0.5, 0.3, 0.3}, Key(1)), ValueError);
  CHECK_THROWS_AS(random_actions<float>({1.5, -0.5, 0}, Key(1)), ValueError);
  CHECK_THROWS_AS(random_actions<float>({std::nan(""), 0, 0}, Key(1)), ValueError);
}

TEST_CASE("follow: what is written down for a block, and nothing for the others") {
  const auto written = Actions::full({2, 3}, 1);
  const auto source = follow<float>({{"a", written}});
  CHECK(same(ask(source, "a", 2, 3), written));
  CHECK(!ask(source, "b", 2, 3).defined());
  CHECK_THROWS_WITH_AS(ask(source, "a", 4, 3), "decisions of a: expects [4,3], got [2,3]",
                       ShapeError);
  CHECK_THROWS_AS(ask(source, "a", 2, 4), ShapeError);
}

}  // namespace context_test
