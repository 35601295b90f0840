// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/pow.hpp>
#include <limits>

namespace pow_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;
Var number(double v) { return parameter(Tensor<double>::scalar(v)); }
double slope(const Var& y, const Var& x) { return grad<double>({y}, {x})[0].item(); }

}  // namespace

TEST_CASE("pow: a tensor to a number, to a tensor, a number to a tensor") {
  const auto x = Tensor<float>::of({2, 3});
  CHECK(pow(x, 2).value()(1) == 9);
  CHECK(pow(x, 3).value()(1) == doctest::Approx(27));
  CHECK(pow(x, -1).value()(0) == 0.5f);
  CHECK(pow(x, x).value()(1) == doctest::Approx(27));
  CHECK(pow(2, x).value()(1) == doctest::Approx(8));
}

TEST_CASE("pow: x^0 is 1 and x^1 is x, with these slopes at 0 too") {
  for (const double at : {0., 2., -3.}) {
    const auto x = number(at);
    CHECK(pow(x, 0).item() == 1);
    CHECK(slope(pow(x, 0), x) == 0);
    CHECK(pow(x, 1).item() == at);
    CHECK(slope(pow(x, 1), x) == 1);
    CHECK(slope(pow(x, 2), x) == 2 * at);
    const auto first = grad<double>({pow(x, 2)}, {x}, {.create_graph = true})[0];
    CHECK(slope(first, x) == 2);
  }
}

TEST_CASE("pow: at base 0 the gradients are the limits, not NaN") {
  const auto zero = number(0), two = number(2), none = number(0);
  CHECK(slope(pow(zero, two), zero) == 0);
  CHECK(slope(pow(zero, two), two) == 0);
  CHECK(slope(pow(zero, none), zero) == 0);
}

TEST_CASE("pow: 0^x falls from infinity below 0, and x^0 is flat for any x") {
  const double inf = std::numeric_limits<double>::infinity();
  const auto slope_of_zero_to = [&](double at) {
    const auto exponent = number(at);
    return slope(pow(0, exponent), exponent);
  };
  CHECK(slope_of_zero_to(-1.5) == -inf);
  CHECK(slope_of_zero_to(-inf) == -inf);
  CHECK(slope_of_zero_to(0) == 0);
  CHECK(slope_of_zero_to(2) == 0);
  CHECK(slope_of_zero_to(inf) == 0);
  CHECK(std::isnan(slope_of_zero_to(std::numeric_limits<double>::quiet_NaN())));
  for (const double at : {-2.0, 0.0, inf, std::numeric_limits<double>::quiet_NaN()}) {
    const auto base = number(at);
    CHECK(slope(pow(base, number(0)), base) == 0);
  }
}

TEST_CASE("pow: of a negative base has no gradient in the exponent") {
  const auto base = number(-2), exponent = number(3);
  CHECK(pow(base, exponent).item() == -8);
  CHECK(slope(pow(base, exponent), base) == 12);
  CHECK(std::isnan(slope(pow(base, exponent), exponent)));
}

TEST_CASE("pow: shapes that do not broadcast are told") {
  CHECK_THROWS_WITH_AS(pow(Tensor<float>(Shape{2}), Tensor<float>(Shape{3})),
                       "pow: [2] and [3] do not broadcast: 2 against 3", ShapeError);
}

}  // namespace pow_test
