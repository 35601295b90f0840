// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/var.hpp>

namespace var_test {

using namespace adafuse;

TEST_CASE("var: the sum of squares of differences over count - correction") {
  const auto x = Tensor<double>::of({{1, 2, 4}, {3, 3, 3}});
  CHECK(var(x, 1).value()(0) == doctest::Approx(7.0 / 3));
  CHECK(var(x, 1).value()(1) == 0);
  CHECK(var(x, 1, {.correction = 0}).value()(0) == doctest::Approx(14.0 / 9));
  CHECK(var(x).item() == doctest::Approx(16.0 / 15));  // mean 8/3
  CHECK(var(x, {.correction = 0}).item() == doctest::Approx(8.0 / 9));
  CHECK(var(x, {.keepdim = true}).shape() == Shape{1, 1});
  CHECK(var(x, {0, 1}).shape() == Shape{});
  CHECK(stddev(x, {0, 1}).item() == doctest::Approx(std::sqrt(16.0 / 15)));
  CHECK(stddev(x, 1, {.correction = 0, .keepdim = true}).shape() == Shape{2, 1});
  CHECK(stddev(x).item() == doctest::Approx(std::sqrt(var(x).item())));
}

TEST_CASE("var: small differences of large numbers keep their digits") {
  auto x = Tensor<float>::uninitialized({10001});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = 1e6f + 0.0625f * static_cast<float>(i % 3 - 1);
  CHECK(var(x, {.correction = 0}).item() == doctest::Approx(0.0625 * 0.0625 * 2 / 3).epsilon(1e-3));
  CHECK(var(Tensor<float>::full({1000}, 0.1f)).item() == 0);
}

TEST_CASE("var: of one element NaN by default, of none NaN; a divisor is never below 0") {
  CHECK(std::isnan(var(Tensor<float>::of({3})).item()));
  CHECK(var(Tensor<float>::of({3}), {.correction = 0}).item() == 0);
  CHECK(std::isnan(var(Tensor<float>::scalar(3)).item()));
  CHECK(std::isnan(var(Tensor<float>(Shape{0})).item()));
  CHECK(std::isnan(stddev(Tensor<float>(Shape{2, 0}), 1).value()(1)));
  CHECK(var(Tensor<float>(Shape{2, 0}), 0).shape() == Shape{0});
  CHECK(std::isinf(var(Tensor<float>::of({1, 2}), {.correction = 5}).item()));
  CHECK(std::isnan(var(Tensor<float>::of({1, INFINITY})).item()));
  CHECK_THROWS_WITH_AS(var(Tensor<float>(Shape{2}), 1), "var: dimension 1 is outside of [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(stddev(Tensor<float>(Shape{2}), {0, 0}),
                       "stddev: dimension 0 is named twice", ShapeError);
}

TEST_CASE("stddev: where all are equal the gradient is 0") {
  const auto x = parameter(Tensor<double>::of({{2, 2, 2}, {1, 2, 3}}));
  backward(sum(stddev(x, 1)));
  for (Index i = 0; i < 3; ++i) CHECK(x.grad().value()(0, i) == 0);
  CHECK(x.grad().value()(1, 2) == doctest::Approx(0.5));
}

}  // namespace var_test
