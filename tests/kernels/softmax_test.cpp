// Softmax and log-softmax against the definition, and where the definition overflows.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <limits>

namespace softmax_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE_TEMPLATE("softmax, log_softmax: the definition, along any dimension", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  Draws draw{Key(1)};
  for (int round = 0; round < 40; ++round) {
    const Middle m{1 + draw.integer(40), 1 + draw.integer(20),
                   round % 2 ? 1 : 1 + draw.integer(20)};
    const auto x =
        Tensor<T>::randn({m.outer, m.count, m.inner}, Key(2).of(static_cast<std::uint64_t>(round)));
    Tensor<T> y(x.shape()), log_y(x.shape()), expected(x.shape());
    softmax(m, x.data(), y.data());
    log_softmax(m, x.data(), log_y.data());
    reference::softmax(m, x.data(), expected.data());
    CAPTURE(round);
    for (Index i = 0; i < x.size(); ++i) {
      REQUIRE(std::abs(y.data()[i] - expected.data()[i]) < tolerance);
      REQUIRE(std::abs(double(log_y.data()[i]) - std::log(double(expected.data()[i]))) <
              10 * tolerance);
    }
  }
}

TEST_CASE_TEMPLATE("softmax: large numbers do not overflow, and a NaN stays in its row", T, float,
                   double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const auto x =
      Tensor<T>::of({{10000, 10000, 0}, {-10000, -10001, -20000}, {nan, 0, 1}, {0, 0, 0}});
  Tensor<T> y(x.shape()), log_y(x.shape());
  softmax({4, 3, 1}, x.data(), y.data());
  log_softmax({4, 3, 1}, x.data(), log_y.data());
  CHECK(y(0, 0) == doctest::Approx(0.5));
  CHECK(std::abs(y(0, 2)) < 1e-37);
  CHECK(log_y(0, 2) == doctest::Approx(-10000 - std::log(2.0)));
  CHECK(y(1, 0) == doctest::Approx(1 / (1 + std::exp(-1.0))));
  for (Index k = 0; k < 3; ++k) {
    CHECK(std::isnan(y(2, k)));
    CHECK(std::isnan(log_y(2, k)));
    CHECK(y(3, k) == doctest::Approx(1.0 / 3));
  }
}

TEST_CASE("softmax: adding a number to a row changes nothing, and rows sum to 1") {
  const Middle m{3, 5, 4};
  const auto x = Tensor<double>::randn({3, 5, 4}, Key(3));
  auto shifted = x.clone();
  for (double& v : shifted) v += 12.5;
  Tensor<double> y(x.shape()), z(x.shape());
  softmax(m, x.data(), y.data());
  softmax(m, shifted.data(), z.data());
  for (Index i = 0; i < y.size(); ++i) CHECK(y.data()[i] == doctest::Approx(z.data()[i]));
  for (Index o = 0; o < 3; ++o)
    for (Index i = 0; i < 4; ++i) {
      double sum = 0;
      for (Index k = 0; k < 5; ++k) sum += y(o, k, i);
      CHECK(sum == doctest::Approx(1).epsilon(1e-14));
    }
}

TEST_CASE("softmax: tails are right to the last denormal, and e^-inf is 0") {
  const float inf = std::numeric_limits<float>::infinity();
  const auto x = Tensor<float>::of({0, -80, -90, -100, -104, -inf});
  Tensor<float> y(x.shape());
  softmax({1, 6, 1}, x.data(), y.data());
  for (Index k = 0; k < 6; ++k)
    CHECK(y(k) == static_cast<float>(std::exp(static_cast<double>(x(k)))));
  CHECK(y(5) == 0);
}

TEST_CASE("softmax, log_softmax: rows of many terms sum to 1, whichever way they lie") {
  constexpr Index count = Index{1} << 22;
  for (const Middle m : {Middle{1, count, 1}, Middle{1, count / 2, 2}}) {
    const Tensor<float> x({m.outer, m.count, m.inner});
    Tensor<float> y(x.shape());
    softmax(m, x.data(), y.data());
    CHECK(y.data()[7] == 1.f / static_cast<float>(m.count));
    log_softmax(m, x.data(), y.data());
    CHECK(y.data()[7] == static_cast<float>(-std::log(static_cast<double>(m.count))));
  }
  const auto x = Tensor<float>::randn({1, 1000000}, Key(3));
  Tensor<float> y(x.shape());
  softmax({1, 1000000, 1}, x.data(), y.data());
  CHECK(std::abs(sum_run(y.data(), 1000000) - 1) < 1e-6);
}

TEST_CASE("softmax: long rows, whose largest element stands anywhere, and a NaN anywhere") {
  for (const Index count : {31, 32, 33, 64, 100})
    for (Index at = 0; at < count; ++at) {
      auto x = Tensor<float>::uniform({1, count}, Key(4), -5, 5);
      Tensor<float> y(x.shape()), log_y(x.shape());
      x(0, at) = 200;
      softmax({1, count, 1}, x.data(), y.data());
      log_softmax({1, count, 1}, x.data(), log_y.data());
      REQUIRE(y(0, at) == 1);
      REQUIRE(log_y(0, at) == 0);
      x(0, at) = std::numeric_limits<float>::quiet_NaN();
      softmax({1, count, 1}, x.data(), y.data());
      for (const float v : y) REQUIRE(std::isnan(v));
    }
}

TEST_CASE_TEMPLATE("log_sum_exp: the definition, along any dimension", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  for (const Middle m : {Middle{3, 1, 1}, {40, 7, 1}, {2, 300, 1}, {3, 200, 4}, {1, 5, 40}}) {
    const auto x = Tensor<T>::uniform({m.outer, m.count, m.inner}, Key(5), T(-3), T(9));
    Tensor<T> y({m.outer, m.inner});
    log_sum_exp(m, x.data(), y.data());
    for (Index o = 0; o < m.outer; ++o)
      for (Index i = 0; i < m.inner; ++i) {
        double sum = 0;
        for (Index k = 0; k < m.count; ++k) sum += std::exp(static_cast<double>(x(o, k, i)));
        CHECK(std::abs(static_cast<double>(y(o, i)) - std::log(sum)) < 10 * tolerance);
      }
  }
}

TEST_CASE("log_sum_exp: of -inf alone, with inf, and with NaN wherever it stands") {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto x = Tensor<float>::of({{-inf, -inf, -inf},
                                    {0, inf, -inf},
                                    {nan, inf, 0},
                                    {0, inf, nan},
                                    {1, nan, 2},
                                    {-inf, 5, -inf},
                                    {-inf, -inf, nan}});
  Tensor<float> y({7});
  log_sum_exp({7, 3, 1}, x.data(), y.data());
  CHECK(y(0) == -inf);
  CHECK(y(1) == inf);
  for (const Index row : {2, 3, 4, 6}) CHECK(std::isnan(y(row)));
  CHECK(y(5) == 5);
}

}  // namespace softmax_test
