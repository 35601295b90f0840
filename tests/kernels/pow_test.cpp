// Powers against the standard library in more digits.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/pow.hpp>
#include <limits>
#include <vector>

#include "exact_values.hpp"

namespace pow_test {

using namespace adafuse;
using exact_values::units, exact_values::Wider;

namespace {

template <class T>
double off(T got, T x, T y) {
  return units(got, std::pow(static_cast<Wider<T>>(x), static_cast<Wider<T>>(y)));
}

}  // namespace

TEST_CASE_TEMPLATE("pow: within two units in the last place", T, float, double) {
  Draws draws(Key(5));
  Tensor<T> x({100000}), y({100000});
  const double most = std::numeric_limits<T>::max_exponent;
  for (Index i = 0; i < x.size(); ++i) {
    // |log2 x^y| is anything up to a little beyond the ends, and x near 1 as often as elsewhere.
    const double base = std::exp2(i % 2 == 0 ? draws.uniform(-most, most) : draws.uniform(-1, 1));
    x(i) = static_cast<T>(base);
    y(i) = static_cast<T>(draws.uniform(-1.1, 1.1) * most / std::log2(base));
  }
  const auto z = kernels::pow(x, y);
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) worst = std::max(worst, off(z(i), x(i), y(i)));
  CHECK(worst <= 2);
}

TEST_CASE_TEMPLATE("pow: whole exponents, small ones and of negative numbers", T, float, double) {
  Draws draws(Key(6));
  Tensor<T> x({3000});
  for (Index i = 0; i < x.size(); ++i) {
    const auto exponent = static_cast<int>(draws.integer(60)) - 30;
    x(i) = static_cast<T>(std::ldexp(draws.uniform(-1, 1), exponent));
  }
  for (const double p : {-4., -3., -2., -1., 0., 0.5, 1., 2., 3., 4., 5., 8., 2.5, -0.5}) {
    const auto z = kernels::pow(x, static_cast<T>(p));
    double worst = 0;
    for (Index i = 0; i < x.size(); ++i)
      worst = std::max(worst, off(z(i), x(i), static_cast<T>(p)));
    CAPTURE(p);
    CHECK(worst <= 2);
  }
}

TEST_CASE_TEMPLATE("pow: special cases are the standard library's", T, float, double) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> all = {0,
                        Limits::infinity(),
                        Limits::quiet_NaN(),
                        Limits::denorm_min(),
                        Limits::min(),
                        Limits::max(),
                        T{0.5},
                        1,
                        T{1.5},
                        2,
                        3,
                        4,
                        5,
                        T{2.5},
                        1e-8f,
                        static_cast<T>(std::ldexp(1., Limits::digits - 1)) + 1,
                        static_cast<T>(std::ldexp(1., Limits::digits)) - 1,
                        static_cast<T>(std::ldexp(1., Limits::digits)),
                        std::nextafter(T{1}, T{0}),
                        std::nextafter(T{1}, T{2})};
  for (std::size_t i = all.size(); i-- > 0;) all.push_back(-all[i]);
  const auto n = static_cast<Index>(all.size());
  Tensor<T> x({n, 1}), y({n});
  for (Index i = 0; i < n; ++i) x(i, 0) = y(i) = all[static_cast<std::size_t>(i)];
  const auto z = kernels::pow(x, y);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      const T got = z(i, j), expected = std::pow(x(i, 0), y(j));
      CAPTURE(x(i, 0));
      CAPTURE(y(j));
      CAPTURE(got);
      CHECK(off(got, x(i, 0), y(j)) <= 2);
      CHECK(std::isnan(got) == std::isnan(expected));
      if (std::isnan(got)) continue;
      CHECK(std::signbit(got) == std::signbit(expected));
      // By a number: the same, but for products and roots.
      const T one = kernels::pow(x, y(j))(i, 0);
      CHECK((one == got || off(one, x(i, 0), y(j)) <= 2));
      CHECK(std::signbit(one) == std::signbit(got));
    }
}

TEST_CASE("pow: a value depends on its arguments alone, and operands stretch") {
  Tensor<float> x({37, 41}), y({41});
  for (Index i = 0; i < 37; ++i)
    for (Index j = 0; j < 41; ++j) x(i, j) = 0.1f * static_cast<float>(j + 1);
  for (Index j = 0; j < 41; ++j) y(j) = 0.3f * static_cast<float>(j % 7) + 0.1f;
  const auto z = kernels::pow(x, y);
  for (Index i = 1; i < 37; ++i)
    for (Index j = 0; j < 41; ++j) REQUIRE(z(i, j) == z(0, j));
  const auto by_number = kernels::pow(x, y(3));
  for (Index j = 0; j < 41; ++j)
    CHECK(by_number(0, j) ==
          kernels::pow(Tensor<float>::scalar(x(0, j)), Tensor<float>::scalar(y(3))).item());
}

}  // namespace pow_test
