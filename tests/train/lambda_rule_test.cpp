// The law of each rule on made-up accuracies, and that a restored one goes on as if never stopped.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/lambda_rule.hpp>

namespace lambda_rule_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

constexpr LambdaRule by_what_was_learned[] = {LambdaRule::half_learned, LambdaRule::learned,
                                              LambdaRule::learned_squared, LambdaRule::left_chance};

/// Lambda after so many steps of one accuracy.
double after(LambdaRule rule, double accuracy, int steps, double chance = 0.2) {
  LambdaSchedule schedule(rule, 0.5, 0, chance);
  for (int i = 0; i < steps; ++i) schedule.learn(accuracy);
  return schedule.at(0);
}

struct Labels {
  std::vector<std::int64_t> labels;
  Index size() const { return std::ssize(labels); }
  std::int64_t label(Index i) const { return labels[static_cast<std::size_t>(i)]; }
};

}  // namespace

TEST_CASE("lambda rule: at chance and below it, however long, nothing counts") {
  for (const auto rule : by_what_was_learned)
    for (const double accuracy : {0., 0.1, 0.2}) {
      CHECK(after(rule, accuracy, 0) == 0);
      CHECK(after(rule, accuracy, 1) == 0);
      CHECK(after(rule, accuracy, 10'000) == 0);
    }
}

TEST_CASE("lambda rule: once all was learned lambda counts in full, and not after one step") {
  for (const auto rule : by_what_was_learned) {
    CHECK(after(rule, 1, 1) < 0.5);
    CHECK(after(rule, 1, 500) == doctest::Approx(0.5));
  }
}

TEST_CASE(
    "lambda rule: by half-learned it grows up to half of the way, and counts in full from there "
    "on") {
  CHECK(after(LambdaRule::half_learned, 0.4, 500) == doctest::Approx(0.25));
  CHECK(after(LambdaRule::half_learned, 0.56, 500) == doctest::Approx(0.45));
  CHECK(after(LambdaRule::half_learned, 0.601, 500) == 0.5);
  CHECK(after(LambdaRule::half_learned, 0.8, 500) == 0.5);
}

TEST_CASE("lambda rule: of half the way from chance, half counts, a quarter, or all") {
  CHECK(after(LambdaRule::learned, 0.6, 500) == doctest::Approx(0.25));
  CHECK(after(LambdaRule::learned_squared, 0.6, 500) == doctest::Approx(0.125));
  CHECK(after(LambdaRule::left_chance, 0.6, 500) == 0.5);
  CHECK(after(LambdaRule::left_chance, 0.39, 500) == 0);
  CHECK(after(LambdaRule::left_chance, 0.41, 500) == 0.5);
}

TEST_CASE("lambda rule: what is lost again lowers it, but where it had to leave chance once") {
  const auto lost = [](LambdaRule rule) {
    LambdaSchedule schedule(rule, 0.5, 0, 0.2);
    for (int i = 0; i < 500; ++i) schedule.learn(1);
    for (int i = 0; i < 500; ++i) schedule.learn(0.2);
    return schedule.at(0);
  };
  CHECK(lost(LambdaRule::half_learned) == doctest::Approx(0));
  CHECK(lost(LambdaRule::learned) == doctest::Approx(0));
  CHECK(lost(LambdaRule::learned_squared) == doctest::Approx(0));
  CHECK(lost(LambdaRule::left_chance) == 0.5);
}

TEST_CASE("lambda rule: an epoch asks for no accuracy") {
  LambdaSchedule schedule(LambdaRule::epoch, 0.5, 3, 0.2);
  CHECK(schedule.at(2) == 0);
  CHECK(schedule.at(3) == 0.5);
  schedule.learn(1);
  CHECK(schedule.at(2) == 0);
}

TEST_CASE("lambda rule: one class is learned from the first step on") {
  CHECK(after(LambdaRule::half_learned, 1, 0, 1) == 0.5);
  CHECK(after(LambdaRule::learned_squared, 1, 0, 1) == 0.5);
  CHECK(after(LambdaRule::learned, 1, 0, 1) == 0.5);
  CHECK(after(LambdaRule::left_chance, 1, 1, 1) == 0.5);
  CHECK_THROWS_AS(LambdaSchedule(LambdaRule::learned, 0.5, 0, 1.5), ValueError);
}

TEST_CASE("lambda rule: restored from JSON, it gives what it would have given") {
  for (const auto rule : by_what_was_learned) {
    LambdaSchedule whole(rule, 0.7, 0, 1. / 9);
    const auto accuracy = [](int i) { return 0.1 + 0.013 * (i * 7 % 41); };
    for (int i = 0; i < 40; ++i) whole.learn(accuracy(i));
    const auto text = io::json_text(to_json(whole.state()));
    LambdaSchedule resumed(rule, 0.7, 0, 1. / 9);
    resumed.restore(from_json<LambdaState>(io::parse_json(text, "state"), "state"));
    CHECK(resumed.state() == whole.state());
    for (int i = 40; i < 80; ++i) {
      CHECK(resumed.at(0) == whole.at(0));
      whole.learn(accuracy(i)), resumed.learn(accuracy(i));
    }
    CHECK(whole.at(0) > 0);
    CHECK(resumed.at(0) == whole.at(0));
  }
}

TEST_CASE("lambda rule: chance is the share of the commonest class") {
  CHECK(chance_of(Labels{{0, 1, 2, 0}}, 3) == 0.5);
  CHECK(chance_of(Labels{{2, 1, 0}}, 3) == doctest::Approx(1. / 3));
  CHECK(chance_of(Labels{{4}}, 5) == 1);
}

}  // namespace lambda_rule_test
