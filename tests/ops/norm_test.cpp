// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/norm.hpp>

namespace norm_test {

using namespace adafuse;

TEST_CASE("norm: for each p, of everything and along dimensions") {
  const auto x = Tensor<double>::of({{3, -4, 0}, {1, -1, 1}});
  const double inf = INFINITY;
  CHECK(norm(x, 1).value()(0) == 5);
  CHECK(norm(x).item() == doctest::Approx(std::sqrt(28)));
  CHECK(norm(x, {.p = 1}).item() == 10);
  CHECK(norm(x, 1, {.p = 0}).value()(0) == 2);
  CHECK(norm(x, 1, {.p = inf}).value()(0) == 4);
  CHECK(norm(x, 1, {.p = -inf}).value()(1) == 1);
  CHECK(norm(x, 1, {.p = 3}).value()(1) == doctest::Approx(std::cbrt(3)));
  CHECK(norm(x, 1, {.p = -1}).value()(0) == 0);  // 1 / (1/3 + 1/4 + 1/0)
  CHECK(norm(x, {0, 1}, {.keepdim = true}).shape() == Shape{1, 1});
  CHECK(norm(Tensor<double>::scalar(-2)).item() == 2);
}

TEST_CASE("norm: floats whose squares overflow, and sums of many") {
  CHECK(norm(Tensor<float>::of({3e30f, 4e30f})).item() == doctest::Approx(5e30));
  CHECK(norm(Tensor<float>::of({3e-30f, 4e-30f})).item() == doctest::Approx(5e-30));
  CHECK(norm(Tensor<float>::full({1000000}, 0.1f)).item() == doctest::Approx(100).epsilon(1e-6));
}

TEST_CASE("norm: the gradient at 0 is 0, for any p") {
  for (const double p : {0.5, 1.0, 1.5, 2.0, 3.0, 0.0, -1.0, double{INFINITY}}) {
    CAPTURE(p);
    const auto x = parameter(Tensor<double>(Shape{2, 3}));
    backward(sum(norm(x, 1, {.p = p})));
    for (const double g : x.grad().value()) CHECK(g == 0);
  }
}

TEST_CASE("norm: of nothing, with NaN, and wrong use") {
  CHECK(norm(Tensor<float>(Shape{0})).item() == 0);
  CHECK(norm(Tensor<float>(Shape{2, 0}), 1, {.p = 1}).value()(1) == 0);
  CHECK(std::isnan(norm(Tensor<float>::of({1, NAN})).item()));
  CHECK_THROWS_WITH_AS(norm(Tensor<float>(Shape{2, 0}), 1, {.p = INFINITY}),
                       "norm: dimension 1 of [2,0] is empty", ShapeError);
  CHECK_THROWS_WITH_AS(norm(Tensor<float>::of({1}), {.p = NAN}), "norm: p is NaN", ValueError);
  CHECK_THROWS_WITH_AS(norm(Tensor<float>::of({1}), 1), "norm: dimension 1 is outside of [1]",
                       ShapeError);
}

}  // namespace norm_test
