// Gumbel-softmax: rows that sum to 1, samples that follow their distribution, gradients that pass.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/gumbel.hpp>

namespace gumbel_test {

using namespace adafuse;

namespace {

using Doubles = Tensor<double>;

const Shape shape{4, 5, 3};
Doubles logits() { return Doubles::randn(shape, Key(1)); }
Doubles noise() { return gumbel_noise<double>(shape, Key(2)); }

/// How many of `count` hard samples fall on each of three classes.
std::array<double, 3> counts(const std::array<double, 3>& row, Index count, double temperature) {
  Doubles many({count, 3});
  for (Index i = 0; i < many.size(); ++i) many.data()[i] = row[static_cast<std::size_t>(i % 3)];
  const auto y = gumbel_softmax(many, Key(3), {.temperature = temperature}).value();
  std::array<double, 3> drawn{};
  for (Index i = 0; i < y.size(); ++i) drawn[static_cast<std::size_t>(i % 3)] += y.data()[i];
  return drawn;
}

}  // namespace

TEST_CASE("gumbel_softmax: rows are positive and sum to 1") {
  for (const double temperature : {0.1, 0.67, 5.0}) {
    const auto y =
        gumbel_softmax(logits(), Key(2), {.temperature = temperature, .hard = false}).value();
    for (Index row = 0; row < 20; ++row) {
      const double* p = y.data() + row * 3;
      CHECK(p[0] + p[1] + p[2] == doctest::Approx(1));
      CHECK(std::min({p[0], p[1], p[2]}) >= 0);
    }
  }
}

TEST_CASE("gumbel_softmax: the hard sample is one-hot at the largest of the soft one") {
  const auto hard = gumbel_softmax(logits(), Key(2)).value();
  const auto soft = gumbel_softmax(logits(), Key(2), {.hard = false}).value();
  const auto expected = hard_one_hot(soft, -1);
  CHECK(std::equal(hard.begin(), hard.end(), expected.begin()));
}

TEST_CASE("gumbel_softmax: soft = softmax((log softmax(logits) + noise) / tau)") {
  const auto x = logits(), g = noise();
  const auto y = gumbel_softmax(x, g, {.temperature = 0.5, .hard = false}).value();
  for (Index row = 0; row < 20; ++row) {
    std::array<double, 3> e;
    double sum = 0, total = 0;
    for (Index k = 0; k < 3; ++k) sum += std::exp(x.data()[row * 3 + k]);
    for (std::size_t k = 0; k < 3; ++k) {
      const auto i = row * 3 + static_cast<Index>(k);
      e[k] = std::exp((std::log(std::exp(x.data()[i]) / sum) + g.data()[i]) / 0.5);
      total += e[k];
    }
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(y.data()[row * 3 + static_cast<Index>(k)] == doctest::Approx(e[k] / total));
  }
}

TEST_CASE("gumbel_softmax: without noise and at temperature 1 it is softmax") {
  const auto y =
      gumbel_softmax(logits(), Doubles(shape), {.temperature = 1, .hard = false}).value();
  const auto p = softmax(logits(), -1).value();
  for (Index i = 0; i < y.size(); ++i) CHECK(y.data()[i] == doctest::Approx(p.data()[i]));
}

TEST_CASE("gumbel_softmax: the hard sample's gradient is the soft one's, exactly") {
  const auto dy = Doubles::randn(shape, Key(4));
  const auto gradient = [&](bool hard) {
    const auto x = parameter(logits());
    backward(gumbel_softmax(x, noise(), {.hard = hard}), dy);
    return x.grad().value();
  };
  const auto through = gradient(true), direct = gradient(false);
  CHECK(std::equal(through.begin(), through.end(), direct.begin()));
  CHECK(std::any_of(through.begin(), through.end(), [](double g) { return g != 0; }));
}

TEST_CASE("gumbel_softmax: hard samples follow softmax(logits), at any temperature") {
  const std::array<double, 3> row{0.5, -0.5, 1.2};
  const double sum = std::exp(row[0]) + std::exp(row[1]) + std::exp(row[2]);
  const Index count = 20000;
  for (const double temperature : {0.1, 0.67, 3.0}) {
    const auto drawn = counts(row, count, temperature);
    double chi_squared = 0;  // of two degrees of freedom: above 13.8 once in a thousand times
    for (std::size_t k = 0; k < 3; ++k) {
      const double expected = static_cast<double>(count) * std::exp(row[k]) / sum;
      chi_squared += (drawn[k] - expected) * (drawn[k] - expected) / expected;
    }
    CHECK(chi_squared < 13.8);
  }
}

TEST_CASE("gumbel_softmax: a low temperature makes the soft sample hard, a high one even") {
  const auto cold = gumbel_softmax(logits(), noise(), {.temperature = 1e-3, .hard = false}).value();
  const auto hard = gumbel_softmax(logits(), noise()).value();
  const auto hot = gumbel_softmax(logits(), noise(), {.temperature = 1e6, .hard = false}).value();
  for (Index i = 0; i < cold.size(); ++i) {
    CHECK(cold.data()[i] == doctest::Approx(hard.data()[i]).epsilon(1e-3));
    CHECK(hot.data()[i] == doctest::Approx(1. / 3).epsilon(1e-3));
  }
}

TEST_CASE("gumbel_softmax: impossible classes stay finite, their probability is held at 1e-8") {
  const auto x = parameter(Tensor<float>::of({{0, 500, -500}}));
  const auto y = gumbel_softmax(x, Tensor<float>({1, 3}), {.temperature = 1, .hard = false});
  CHECK(y.value()(0, 0) / 1e-8f == doctest::Approx(1));
  CHECK(y.value()(0, 1) == doctest::Approx(1));
  backward(y, Tensor<float>::of({{1, 2, 3}}));
  const auto gradient = x.grad();
  for (float g : gradient.value()) CHECK(std::isfinite(g));
}

TEST_CASE("gumbel_noise: standard Gumbel, mean 0.5772 and variance pi^2 / 6") {
  const auto g = gumbel_noise<double>({20000}, Key(5));
  double sum = 0, squares = 0;
  for (double v : g) sum += v, squares += v * v;
  const double mean = sum / 20000;
  CHECK(mean == doctest::Approx(0.5772).epsilon(0.05));
  CHECK(squares / 20000 - mean * mean == doctest::Approx(1.6449).epsilon(0.05));
  CHECK(g(7) == doctest::Approx(Key(5).gumbel(7)).epsilon(1e-14));
}

TEST_CASE("gumbel_softmax: temperature must be positive, and noise of the logits' shape") {
  CHECK_THROWS_WITH_AS(gumbel_softmax(logits(), Key(1), {.temperature = 0}),
                       "gumbel_softmax: temperature must be positive, got 0", ValueError);
  CHECK_THROWS_AS(gumbel_softmax(logits(), Key(1), {.temperature = -1}), ValueError);
  CHECK_THROWS_AS(gumbel_softmax(logits(), Key(1), {.temperature = std::nan("")}), ValueError);
  CHECK_THROWS_AS(gumbel_softmax(logits(), Doubles({4, 3})), ShapeError);
}

TEST_CASE_TEMPLATE("gumbel_softmax: any temperature above 0 gives a distribution, and gradients", T,
                   float, double) {
  using Limits = std::numeric_limits<T>;
  const auto x = Tensor<T>::randn({200, 3}, Key(1));
  const auto noise = gumbel_noise<T>(x.shape(), Key(2));
  const auto expected = hard_one_hot(gumbel_softmax(x, noise, {.hard = false}), -1);
  for (const double temperature :
       {std::numeric_limits<double>::denorm_min(), 1e-310, double(Limits::denorm_min()),
        double(Limits::min()), 1e-30, 1e-3, 1e30, double(Limits::max()),
        std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity()}) {
    CAPTURE(temperature);
    const auto logits = parameter(x.clone());
    const auto soft = gumbel_softmax(logits, noise, {.temperature = temperature, .hard = false});
    for (Index row = 0; row < 200; ++row) {
      const T* const p = soft.value().data() + row * 3;
      CHECK(double(p[0] + p[1] + p[2]) == doctest::Approx(1));
    }
    const auto hard = gumbel_softmax(x, noise, {.temperature = temperature}).value();
    CHECK(std::equal(hard.begin(), hard.end(), expected.begin()));
    if (temperature < 1e-300)  // So cold that soft is hard.
      for (Index i = 0; i < hard.size(); ++i)
        REQUIRE(std::abs(double(soft.value().data()[i]) - double(hard.data()[i])) < 1e-30);
    backward(soft, Tensor<T>::randn(x.shape(), Key(3)));
    for (const T slope : logits.grad().value()) REQUIRE(std::isfinite(slope));
  }
}

TEST_CASE("gumbel_softmax: a logit of -inf is never drawn") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Doubles many({20000, 3}), loud({20000, 3});
  for (Index i = 0; i < 20000; ++i) {
    many(i, 0) = -infinity, many(i, 1) = 0, many(i, 2) = -60;
    loud(i, 0) = 1000, loud(i, 1) = 0, loud(i, 2) = 0;  // noise that nobody draws
  }
  for (const bool hard : {false, true})
    for (const double temperature : {1e-310, 0.67, 1e10, 1e308}) {
      const auto logits = parameter(many.clone());
      const auto y = gumbel_softmax(logits, loud, {.temperature = temperature, .hard = hard});
      for (Index i = 0; i < 20000; ++i) REQUIRE(y.value()(i, 0) <= (hard ? 0 : 1e-300));
      backward(y, Doubles::randn(y.shape(), Key(3)));
      for (const double slope : logits.grad().value()) REQUIRE(std::isfinite(slope));
    }
}

TEST_CASE("gumbel_softmax: where nothing can be drawn is an error") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  auto bad = logits();
  for (const double wrong : {std::nan(""), infinity}) {
    bad(2, 3, 1) = wrong;
    CHECK_THROWS_AS(gumbel_softmax(bad, Key(2)), ValueError);
  }
  for (Index k = 0; k < 3; ++k) bad(2, 3, k) = -infinity;
  CHECK_THROWS_AS(gumbel_softmax(bad, Key(2)), ValueError);
  CHECK_THROWS_AS(gumbel_softmax(logits(), Key(2), {.temperature = std::nan("")}), ValueError);
}

}  // namespace gumbel_test
