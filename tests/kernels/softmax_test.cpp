// Softmax and log-softmax against the definition, and where the definition overflows.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <adafuse/kernels/softmax_backward.hpp>
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
    Tensor<T> largest(y.shape());
    Tensor<double> log_sums(y.shape());
    log_sum_exp(m, x.data(), largest.data(), log_sums.data(), y.data());
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
  Tensor<float> largest({7});
  Tensor<double> log_sums({7});
  log_sum_exp({7, 3, 1}, x.data(), largest.data(), log_sums.data(), y.data());
  CHECK(y(0) == -inf);
  CHECK(y(1) == inf);
  for (const Index row : {2, 3, 4, 6}) CHECK(std::isnan(y(row)));
  CHECK(y(5) == 5);
}

TEST_CASE_TEMPLATE("softmax, log_softmax: rows of every length around those of vectors", T, float,
                   double) {
  const double tolerance = std::is_same_v<T, float> ? 1.5e-7 : 1e-15;
  for (Index count = 1; count < 150; ++count) {
    const Middle m{3, count, 1};
    const auto x = Tensor<T>::uniform({3, count}, Key(6), T(-9), T(9));
    Tensor<T> y(x.shape()), log_y(x.shape()), expected(x.shape()), largest({3});
    Tensor<double> log_sums({3});
    softmax(m, x.data(), y.data());
    log_softmax(m, x.data(), log_y.data());
    row_logarithms(m, x.data(), largest.data(), log_sums.data());
    reference::softmax(m, x.data(), expected.data());
    CAPTURE(count);
    for (Index i = 0; i < x.size(); ++i) {
      const double p = static_cast<double>(expected.data()[i]);
      REQUIRE(std::abs(static_cast<double>(y.data()[i]) - p) <= tolerance);
      const double log_p = static_cast<double>(x.data()[i]) -
                           static_cast<double>(largest.data()[i / count]) -
                           log_sums.data()[i / count];
      REQUIRE(std::abs(log_p - std::log(p)) < 20 * tolerance);
      REQUIRE(std::abs(static_cast<double>(log_y.data()[i]) - log_p) < 20 * tolerance);
    }
  }
}

TEST_CASE_TEMPLATE("scaled_softmax: the factor times softmax, less the offset", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  for (const Middle m : {Middle{5, 1000, 1}, {40, 3, 1}, {3, 20, 7}, {2, 5, 40}, {0, 5, 1}}) {
    const auto x = Tensor<T>::uniform({m.outer, m.count, m.inner}, Key(7), T(-9), T(9));
    const Index rows = m.outer * m.inner;
    Tensor<T> largest({rows}), y(x.shape()), expected(x.shape());
    Tensor<double> log_sums({rows});
    const auto factors = Tensor<double>::uniform({rows}, Key(8), -2, 2),
               offsets = Tensor<double>::uniform({rows}, Key(9), -1, 1);
    row_logarithms(m, x.data(), largest.data(), log_sums.data());
    scaled_softmax(m, x.data(), largest.data(), log_sums.data(), factors.data(), offsets.data(),
                   y.data());
    reference::softmax(m, x.data(), expected.data());
    for (Index i = 0; i < x.size(); ++i) {
      const Index row = i / (m.count * m.inner) * m.inner + i % m.inner;
      const double value =
          factors.data()[row] * static_cast<double>(expected.data()[i]) - offsets.data()[row];
      REQUIRE(std::abs(static_cast<double>(y.data()[i]) - value) < tolerance);
    }
  }
  // However large the factor, e^-inf is 0.
  const T inf = std::numeric_limits<T>::infinity();
  const auto x = Tensor<T>::of({0, -inf});
  const T largest = 0;
  const double log_sum = 0, factor = 1e30, offset = 0;
  Tensor<T> y({2});
  scaled_softmax({1, 2, 1}, x.data(), &largest, &log_sum, &factor, &offset, y.data());
  CHECK(y(0) == static_cast<T>(1e30));
  CHECK(y(1) == 0);
}

TEST_CASE_TEMPLATE("softmax_backward, log_softmax_backward: the naive sums", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  for (const Middle m : {Middle{4, 1000, 1},
                         {7, 17, 1},
                         {40, 3, 1},
                         {3, 20, 7},
                         {2, 5, 150},
                         {3, 0, 2},
                         {3, 0, 1}}) {
    const Shape shape{m.outer, m.count, m.inner};
    const auto x = Tensor<T>::uniform(shape, Key(10), T(-3), T(3)),
               dy = Tensor<T>::randn(shape, Key(11));
    Tensor<T> y(shape), log_y(shape), dx(shape), dx_of_log(shape);
    softmax(m, x.data(), y.data());
    log_softmax(m, x.data(), log_y.data());
    softmax_backward(m, y.data(), dy.data(), dx.data());
    log_softmax_backward(m, log_y.data(), dy.data(), dx_of_log.data());
    for (Index o = 0; o < m.outer; ++o)
      for (Index i = 0; i < m.inner; ++i) {
        double dot = 0, sum = 0;
        for (Index k = 0; k < m.count; ++k) {
          dot += static_cast<double>(y(o, k, i)) * static_cast<double>(dy(o, k, i));
          sum += static_cast<double>(dy(o, k, i));
        }
        for (Index k = 0; k < m.count; ++k) {
          const double p = static_cast<double>(y(o, k, i)), g = static_cast<double>(dy(o, k, i));
          REQUIRE(std::abs(static_cast<double>(dx(o, k, i)) - p * (g - dot)) < tolerance);
          REQUIRE(std::abs(static_cast<double>(dx_of_log(o, k, i)) - (g - p * sum)) <
                  50 * tolerance);
        }
      }
  }
}

TEST_CASE("softmax and its gradient: the same bits for any number of threads") {
  const Middle m{300, 129, 1};
  const auto x = Tensor<float>::randn({300, 129}, Key(12)),
             dy = Tensor<float>::randn({300, 129}, Key(13));
  const int before = num_threads();
  std::vector<Tensor<float>> results;
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    Tensor<float> y(x.shape()), dx(x.shape());
    softmax(m, x.data(), y.data());
    softmax_backward(m, y.data(), dy.data(), dx.data());
    results.push_back(y);
    results.push_back(dx);
  }
  set_num_threads(before);
  for (std::size_t k = 0; k < 2; ++k)
    CHECK(std::equal(results[k].begin(), results[k].end(), results[k + 2].begin()));
}

}  // namespace softmax_test
