// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <limits>

namespace pointwise_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

/// The gradient of a sum of `f`, at x.
template <class F>
std::vector<double> slopes(const F& f, const Tensor<double>& x) {
  const auto p = parameter(x);
  const auto g = grad<double>({f(p)}, {p}, {.grad_outputs = {Tensor<double>::ones(x.shape())}})[0];
  return {g.value().begin(), g.value().end()};
}

/// Four roundings off at most: both may be two units of the last place from the exact value.
bool near(double got, double expected) {
  return std::abs(got - expected) <=
         4 * std::numeric_limits<double>::epsilon() * std::abs(expected);
}

}  // namespace

TEST_CASE("pointwise: the functions of the standard library, element by element") {
  const auto x = Tensor<double>::of({0.25, 1, 3});
  for (Index i = 0; i < 3; ++i) {
    CHECK(near(exp(x).value()(i), std::exp(x(i))));
    CHECK(near(log(x).value()(i), std::log(x(i))));
    CHECK(sqrt(x).value()(i) == std::sqrt(x(i)));
    CHECK(near(tanh(x).value()(i), std::tanh(x(i))));
    CHECK(abs(-Var(x)).value()(i) == x(i));
  }
}

TEST_CASE("pointwise: what is made of them") {
  const auto x = Tensor<double>::of({0.25, 1, 3});
  for (Index i = 0; i < 3; ++i) {
    CHECK(near(expm1(x).value()(i), std::expm1(x(i))));
    CHECK(near(log1p(x).value()(i), std::log1p(x(i))));
    CHECK(near(log2(x).value()(i), std::log2(x(i))));
    CHECK(near(erf(x).value()(i), std::erf(x(i))));
    CHECK(rsqrt(x).value()(i) == 1 / std::sqrt(x(i)));
    CHECK(reciprocal(x).value()(i) == 1 / x(i));
    CHECK(square(x).value()(i) == x(i) * x(i));
  }
  CHECK(expm1(Tensor<float>::of({1e-7f})).value()(0) == doctest::Approx(1e-7f));
  CHECK(log1p(Tensor<float>::of({1e-7f})).value()(0) == doctest::Approx(1e-7f));
}

TEST_CASE("sign: 0 of 0 and of NaN, and no gradient anywhere") {
  const auto x = Tensor<double>::of({-3, -0.0, 0, 2, std::numeric_limits<double>::quiet_NaN()});
  const auto y = sign(x).value();
  const auto expected = {-1, 0, 0, 1, 0};
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
  CHECK(slopes([](const Var& v) { return sign(v); }, x) == std::vector<double>{0, 0, 0, 0, 0});
}

TEST_CASE("exp and log: undo each other") {
  const auto x = Tensor<double>::randn({100}, Key(1));
  const auto back = log(exp(x)).value();
  for (Index i = 0; i < 100; ++i) CHECK(back(i) == doctest::Approx(x(i)));
}

TEST_CASE("sigmoid: is (1 + tanh(x/2)) / 2, symmetric, and does not overflow") {
  const auto x = Tensor<double>::randn({100}, Key(1));
  const auto y = sigmoid(x).value(), twin = ((1 + tanh(Var(x) / 2)) / 2).value();
  const auto mirrored = sigmoid(-Var(x)).value();
  for (Index i = 0; i < 100; ++i) {
    CHECK(y(i) == doctest::Approx(twin(i)));
    CHECK(y(i) + mirrored(i) == doctest::Approx(1));
  }
  const auto ends = sigmoid(Tensor<float>::of({-1000, 1000})).value();
  CHECK(ends(0) == 0);
  CHECK(ends(1) == 1);
}

TEST_CASE("relu: nothing below 0 passes, and no gradient at 0") {
  const auto x = Tensor<double>::of({-2, 0, 3});
  CHECK(relu(x).value()(0) == 0);
  CHECK(relu(x).value()(2) == 3);
  CHECK(std::signbit(relu(Tensor<double>::of({-0.0})).value()(0)));  // As in every fused ReLU.
  CHECK(slopes([](const Var& v) { return relu(v); }, x) == std::vector<double>{0, 0, 1});
}

TEST_CASE("abs: the gradient is the sign, 0 at 0 and NaN") {
  CHECK(slopes([](const Var& v) { return abs(v); },
               Tensor<double>::of({-2, 0, 3, std::numeric_limits<double>::quiet_NaN()})) ==
        std::vector<double>{-1, 0, 1, 0});
}

TEST_CASE("clamp: the gradient passes between the limits, and on them") {
  const auto x = Tensor<double>::of({-2, -1, 0, 1, 2});
  const auto y = clamp(x, -1, 1).value();
  CHECK(y(0) == -1);
  CHECK(y(2) == 0);
  CHECK(y(4) == 1);
  CHECK(slopes([](const Var& v) { return clamp(v, -1, 1); }, x) ==
        std::vector<double>{0, 1, 1, 1, 0});
  CHECK(slopes([](const Var& v) { return clamp_min(v, -1); }, x) ==
        std::vector<double>{0, 1, 1, 1, 1});
  CHECK(slopes([](const Var& v) { return clamp(v, -1, 1); },
               Tensor<double>::of({std::numeric_limits<double>::quiet_NaN()})) ==
        std::vector<double>{0});
  CHECK_THROWS_WITH_AS(clamp(x, 2, 1), "clamp: low 2 is above high 1", ValueError);
}

TEST_CASE("gate: passes where the constant is above 0") {
  const auto x = Tensor<float>::of({1, 2, 3}), by = Tensor<float>::of({0.5f, 0, -1});
  const auto y = gate(x, by).value();
  CHECK(y(0) == 1);
  CHECK(y(1) == 0);
  CHECK(y(2) == 0);
  CHECK_THROWS_WITH_AS(gate(x, Tensor<float>::of({1})), "gate: expects [3], got [1]", ShapeError);
}

TEST_CASE("pointwise: a NaN stays a NaN, so that nobody misses it") {
  const auto x = Tensor<float>::of({NAN});
  for (const auto& y :
       {relu(x), abs(x), clamp(x, 0, 1), clamp_min(x, 0), exp(x), log(x), sqrt(x), sigmoid(x),
        tanh(x), expm1(x), log1p(x), log2(x), erf(x), rsqrt(x), reciprocal(x), square(x)})
    CHECK(std::isnan(y.value()(0)));
}

}  // namespace pointwise_test
