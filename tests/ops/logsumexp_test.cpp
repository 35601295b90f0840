// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/logsumexp.hpp>

namespace logsumexp_test {

using namespace adafuse;

TEST_CASE("logsumexp: large numbers do not overflow, small ones do not vanish") {
  const auto x = Tensor<float>::of({{1000, 1000}, {-1000, -1000}, {0, -1000}});
  const auto y = logsumexp(x, 1).value();
  CHECK(y(0) == doctest::Approx(1000.6931));
  CHECK(y(1) == doctest::Approx(-999.3069));
  CHECK(y(2) == 0);
  CHECK(logsumexp(x, {0, 1}).shape() == Shape{});
  CHECK(logsumexp(x, 0, {.keepdim = true}).shape() == Shape{1, 2});
  CHECK(logsumexp(Tensor<float>({2, 3, 4}), {0, 2}).value()(1) == doctest::Approx(std::log(8)));
}

TEST_CASE("logsumexp: infinities, NaN, and nothing") {
  const float inf = INFINITY;
  const auto y =
      logsumexp(Tensor<float>::of({{-inf, -inf}, {inf, 1}, {inf, -inf}, {1, NAN}, {-inf, 2}}), 1)
          .value();
  CHECK(y(0) == -inf);
  CHECK(y(1) == inf);
  CHECK(y(2) == inf);
  CHECK(std::isnan(y(3)));
  CHECK(y(4) == 2);
  CHECK(logsumexp(Tensor<float>(Shape{2, 0}), 1).value()(1) == -inf);
  CHECK(logsumexp(Tensor<float>(Shape{2, 0}), 0).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(logsumexp(Tensor<float>(Shape{2}), 1),
                       "logsumexp: dimension 1 is outside of [2]", ShapeError);
}

TEST_CASE("logsumexp: the gradient is softmax, and 0 where x is -inf") {
  const double inf = INFINITY;
  const auto x = parameter(Tensor<double>::of({{0, 0}, {-inf, -inf}, {-inf, 3}}));
  backward(sum(logsumexp(x, 1)));
  const auto dx = x.grad().value();
  CHECK(dx(0, 1) == doctest::Approx(0.5));
  CHECK(dx(1, 0) == 0);
  CHECK(dx(2, 0) == 0);
  CHECK(dx(2, 1) == doctest::Approx(1));
}

}  // namespace logsumexp_test
