// REINFORCE against the exact gradient of an expected loss, by going through all choices.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>
#include <adafuse/fusion/reinforce.hpp>

namespace reinforce_test {

using namespace adafuse;

namespace {

using Doubles = Tensor<double>;
using Var = Variable<double>;

constexpr Index frames = 2, channels = 2;  // one clip, four choices

Decision<double> decision(const Var& logits, const Tensor<std::uint8_t>& actions,
                          Index groups_of = 1) {
  return {"a", one_hot_actions<double>(actions), logits, groups_of};
}

/// Choices number `n` of 3^4, [T, c'].
Tensor<std::uint8_t> choices(Index n) {
  Tensor<std::uint8_t> actions({frames, channels});
  for (auto& action : actions) action = static_cast<std::uint8_t>(n % 3), n /= 3;
  return actions;
}

/// A loss of the choices that is no sum over them.
double loss_of(const Tensor<std::uint8_t>& actions) {
  double product = 1, sum = 0;
  for (Index i = 0; i < actions.size(); ++i) {
    const double a = actions.data()[i];
    product *= 0.3 + a, sum += a * static_cast<double>(i + 1);
  }
  return product + std::sin(sum);
}

Doubles start() { return Doubles::randn({frames, channels, 3}, Key(1)); }

/// The probability of choices by hand.
double probability(const Doubles& logits, const Tensor<std::uint8_t>& actions) {
  const auto p = softmax(logits, 2).value();
  double product = 1;
  for (Index f = 0; f < frames; ++f)
    for (Index c = 0; c < channels; ++c) product *= p(f, c, logit_index(Action{actions(f, c)}));
  return product;
}

double expected_loss(const Doubles& logits) {
  double sum = 0;
  for (Index n = 0; n < 81; ++n) sum += probability(logits, choices(n)) * loss_of(choices(n));
  return sum;
}

/// The gradient that one draw gives.
Doubles estimate(const Doubles& logits, const Tensor<std::uint8_t>& actions, double baseline) {
  const auto leaf = parameter(logits);
  const auto log_p = log_probability<double>({decision(leaf, actions)}, frames);
  const auto term = reinforce(log_p, Doubles::of({loss_of(actions)}), baseline);
  return grad<double>({term}, {leaf})[0].value();
}

}  // namespace

TEST_CASE("log_probability: the product of the choices' probabilities, clip by clip") {
  const auto logits = Doubles::randn({3 * frames, channels, 3}, Key(2));
  Tensor<std::uint8_t> actions({3 * frames, channels});
  for (Index i = 0; i < actions.size(); ++i)
    actions.data()[i] = static_cast<std::uint8_t>(Key(3).integer(static_cast<std::uint64_t>(i), 3));
  const auto log_p =
      log_probability<double>({decision(logits, actions), decision(logits, actions)}, frames)
          .value();
  REQUIRE(log_p.shape() == Shape{3});
  for (Index n = 0; n < 3; ++n) {
    Doubles own({frames, channels, 3});
    Tensor<std::uint8_t> taken({frames, channels});
    for (Index t = 0; t < frames; ++t) {
      own[t].copy_from(logits[n * frames + t]);
      taken[t].copy_from(actions[n * frames + t]);
    }
    CHECK(log_p(n) == doctest::Approx(2 * std::log(probability(own, taken))));
  }
}

TEST_CASE("reinforce: over all choices the mean gradient is that of the expected loss") {
  const auto logits = start();
  for (const double baseline : {0.0, 1.7}) {
    Doubles mean(logits.shape());
    double second_moment = 0;
    for (Index n = 0; n < 81; ++n) {
      const double p = probability(logits, choices(n));
      const auto g = estimate(logits, choices(n), baseline);
      for (Index i = 0; i < g.size(); ++i) {
        mean.data()[i] += p * g.data()[i];
        second_moment += p * g.data()[i] * g.data()[i];
      }
    }
    CAPTURE(baseline);
    CHECK(second_moment > 0.1);
    for (Index i = 0; i < logits.size(); ++i) {
      auto above = logits.clone(), below = logits.clone();
      above.data()[i] += 1e-5, below.data()[i] -= 1e-5;
      const double exact = (expected_loss(above) - expected_loss(below)) / 2e-5;
      CHECK(mean.data()[i] == doctest::Approx(exact).epsilon(1e-6));
    }
  }
}

TEST_CASE("reinforce: a baseline near the losses makes the gradient vary less") {
  const auto logits = start();
  const auto spread = [&](double baseline) {
    double squares = 0;
    for (Index n = 0; n < 81; ++n)
      for (const double g : estimate(logits, choices(n), baseline))
        squares += probability(logits, choices(n)) * g * g;
    return squares;
  };
  CHECK(spread(expected_loss(logits)) < 0.9 * spread(0));
}

TEST_CASE("reinforce: leaving one out is unbiased, and varies less than one number for all clips") {
  // Two clips, whose losses are far apart; each is drawn twice. Over all pairs of draws:
  const auto logits = start();
  const double offsets[] = {-30, 30};
  const auto moments = [&](bool left_out) {
    Doubles mean(logits.shape());
    double squares = 0;
    for (const double offset : offsets)
      for (Index a = 0; a < 81; ++a)
        for (Index b = 0; b < 81; ++b) {
          const double p = probability(logits, choices(a)) * probability(logits, choices(b)) / 2;
          const auto losses =
              Doubles::of({loss_of(choices(a)) + offset, loss_of(choices(b)) + offset});
          // What the term's gradient is, by its two draws: the mean of (L - b) times grad log p.
          const auto baselines =
              left_out ? leave_one_out(losses, 2) : Doubles::full({2}, expected_loss(logits));
          const auto ga =
              estimate(logits, choices(a), loss_of(choices(a)) - losses(0) + baselines(0));
          const auto gb =
              estimate(logits, choices(b), loss_of(choices(b)) - losses(1) + baselines(1));
          for (Index i = 0; i < mean.size(); ++i) {
            const double g = (ga.data()[i] + gb.data()[i]) / 2;
            mean.data()[i] += p * g;
            squares += p * g * g;
          }
        }
    return std::pair(mean, squares);
  };
  const auto out = moments(true), one = moments(false);
  for (Index i = 0; i < logits.size(); ++i) {
    auto above = logits.clone(), below = logits.clone();
    above.data()[i] += 1e-5, below.data()[i] -= 1e-5;
    const double exact = (expected_loss(above) - expected_loss(below)) / 2e-5;
    CHECK(out.first.data()[i] == doctest::Approx(exact).epsilon(1e-6));
    CHECK(one.first.data()[i] == doctest::Approx(exact).epsilon(1e-6));
  }
  CHECK(out.second < 0.5 * one.second);  // both means are the same: so is the variance less
}

TEST_CASE("leave_one_out: the mean of the clip's other draws, and no term of its own") {
  const auto b = leave_one_out(Doubles::of({1, 2, 6, 10, 20, 60}), 3);  // two clips, three draws
  CHECK(std::vector<double>(b.begin(), b.end()) == std::vector<double>{4, 3.5, 1.5, 40, 35, 15});
  CHECK_THROWS_AS(leave_one_out(Doubles::of({1, 2, 3}), 2), ShapeError);
  CHECK_THROWS_AS(leave_one_out(Doubles::of({1, 2}), 1), ShapeError);
  // The term of several draws is the one that was estimated above.
  const auto leaf = parameter(start());
  const auto log_p = [&](Index n) {
    return log_probability<double>({decision(leaf, choices(n))}, frames);
  };
  const auto losses = Doubles::of({loss_of(choices(5)), loss_of(choices(70))});
  const auto term =
      reinforce(cat(std::vector<Var>{log_p(5), log_p(70)}, 0), losses, leave_one_out(losses, 2));
  const auto g = grad<double>({term}, {leaf})[0].value();
  const auto a = estimate(start(), choices(5), losses(1)),
             c = estimate(start(), choices(70), losses(0));
  for (Index i = 0; i < g.size(); ++i)
    CHECK(g.data()[i] == doctest::Approx((a.data()[i] + c.data()[i]) / 2));
}

TEST_CASE("log_probability: channels that share a decision chose once") {
  const auto logits = parameter(Doubles::randn({frames, channels, 3}, Key(4)));
  const auto twice = cat(std::vector<Var>{logits, logits}, 1);
  Tensor<std::uint8_t> shared({frames, 2 * channels}), own = choices(50);
  for (Index f = 0; f < frames; ++f)
    for (Index c = 0; c < 2 * channels; ++c) shared(f, c) = own(f, c % channels);
  const auto expected = log_probability<double>({decision(logits, own)}, frames).value();
  const auto got = log_probability<double>({decision(twice, shared, 2)}, frames).value();
  CHECK(got(0) == doctest::Approx(expected(0)));
}

TEST_CASE("baseline: the first losses set it, later ones pull it") {
  Baseline baseline(0.25);
  CHECK(baseline.value() == 0);
  baseline.learn(Doubles::of({3.0, 5.0}));
  CHECK(baseline.value() == 4);
  baseline.learn(Doubles::of({8.0}));
  CHECK(baseline.value() == doctest::Approx(5));
  CHECK_THROWS_AS(Baseline(0), ValueError);
  CHECK_THROWS_AS(Baseline(1.5), ValueError);
}

TEST_CASE("baseline: one that is restored goes on, and does not begin anew") {
  Baseline baseline(0.25);
  CHECK_FALSE(baseline.started());
  baseline.restore(4);
  CHECK(baseline.started());
  baseline.learn_mean(8);
  CHECK(baseline.value() == 5);
}

TEST_CASE("reinforce: what was not decided by an agent has no probability") {
  CHECK_THROWS_AS(log_probability<double>({}, frames), ValueError);
  CHECK_THROWS_WITH_AS(log_probability<double>({decision({}, choices(0))}, frames),
                       "log_probability: a has no agent", ValueError);
  CHECK_THROWS_AS(reinforce(Var(Doubles({2})), Doubles({3}), 0), ShapeError);
}

}  // namespace reinforce_test
