// The four estimators: what they draw, and which gradient they hand on.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/estimator.hpp>
#include <adafuse/ops/reduce.hpp>

namespace estimator_test {

using namespace adafuse;

namespace {

using Doubles = Tensor<double>;

constexpr Estimator all[] = {Estimator::gumbel, Estimator::soft_gumbel, Estimator::straight_through,
                             Estimator::reinforce};
constexpr double tau = 0.67;

Doubles logits(Index rows) { return Doubles::randn({rows, 3}, Key(1)); }

Doubles drawn(Estimator estimator, const Doubles& x, const Doubles& noise) {
  return draw_choices(estimator, x, noise, tau).value();
}

/// d/dx of sum(weights * drawn).
Doubles gradient(Estimator estimator, const Doubles& x, const Doubles& noise) {
  const auto leaf = parameter(x);
  const auto weighed =
      draw_choices(estimator, leaf, noise, tau) * Doubles::randn(x.shape(), Key(3));
  return grad<double>({sum(weighed)}, {leaf})[0].value();
}

void check_equal(const Doubles& a, const Doubles& b) {
  REQUIRE(a.shape() == b.shape());
  for (Index i = 0; i < a.size(); ++i) CHECK(a.data()[i] == doctest::Approx(b.data()[i]));
}

bool one_hot(const Doubles& weights) {
  const auto hard = hard_one_hot(weights, -1);
  return std::equal(weights.begin(), weights.end(), hard.begin());
}

}  // namespace

TEST_CASE("estimators: the four names, and no fifth") {
  for (const std::string name : {"gumbel", "soft-gumbel", "straight-through", "reinforce"})
    CHECK(io::word_of(io::parse_word<Estimator>(name)) == name);
  CHECK(io::parse_word<Estimator>("gumbel") == Estimator::gumbel);
  CHECK(io::parse_word<Estimator>("reinforce") == Estimator::reinforce);
  CHECK_THROWS_WITH_AS(io::parse_word<Estimator>("Gumbel"),
                       "estimator: expects gumbel, soft-gumbel, straight-through or reinforce, "
                       "got 'Gumbel'",
                       ValueError);
}

TEST_CASE("estimators: all draw one choice, but for soft Gumbel, which draws shares of all") {
  const auto x = logits(200), noise = gumbel_noise<double>(x.shape(), Key(2));
  for (const Estimator e : all) {
    const auto weights = drawn(e, x, noise);
    CHECK(one_hot(weights) == (e != Estimator::soft_gumbel));
    for (Index i = 0; i < 200; ++i)
      CHECK(weights(i, 0) + weights(i, 1) + weights(i, 2) == doctest::Approx(1));
  }
  // The largest share is the choice that the hard ones make of the same noise.
  const auto hard = drawn(Estimator::gumbel, x, noise);
  check_equal(hard_one_hot(drawn(Estimator::soft_gumbel, x, noise), -1), hard);
  check_equal(drawn(Estimator::reinforce, x, noise), hard);
}

TEST_CASE("estimators: without noise all choose the largest logit") {
  const auto x = logits(50);
  const Doubles none(x.shape());
  const auto largest = hard_one_hot(x, -1);
  for (const Estimator e : all) check_equal(hard_one_hot(drawn(e, x, none), -1), largest);
}

TEST_CASE("estimators: straight-through is Gumbel without noise, whatever noise it is given") {
  const auto x = logits(50), noise = gumbel_noise<double>(x.shape(), Key(2));
  const Doubles none(x.shape());
  check_equal(drawn(Estimator::straight_through, x, noise), drawn(Estimator::gumbel, x, none));
  check_equal(gradient(Estimator::straight_through, x, noise),
              gradient(Estimator::gumbel, x, none));
}

TEST_CASE("estimators: hard and soft Gumbel hand on the same gradient, REINFORCE none") {
  const auto x = logits(50), noise = gumbel_noise<double>(x.shape(), Key(2));
  check_equal(gradient(Estimator::gumbel, x, noise), gradient(Estimator::soft_gumbel, x, noise));
  CHECK_FALSE(draw_choices(Estimator::reinforce, parameter(x), noise, tau).requires_grad());
}

TEST_CASE("estimators: REINFORCE draws with the probabilities of the softmax") {
  const Index draws = 20000;
  Doubles x({draws, 3});
  for (Index i = 0; i < draws; ++i) x(i, 0) = 0.5, x(i, 1) = -1, x(i, 2) = 1.25;
  const auto weights = drawn(Estimator::reinforce, x, gumbel_noise<double>(x.shape(), Key(4)));
  const auto p = softmax(x, -1).value();
  for (Index k = 0; k < 3; ++k) {
    double share = 0;
    for (Index i = 0; i < draws; ++i) share += weights(i, k) / static_cast<double>(draws);
    CHECK(share == doctest::Approx(p(0, k)).epsilon(0.03));
  }
}

}  // namespace estimator_test
