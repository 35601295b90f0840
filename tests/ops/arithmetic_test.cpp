// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/arithmetic.hpp>

namespace arithmetic_test {

using namespace adafuse;

TEST_CASE("arithmetic: element by element, on tensors and variables, floats and doubles") {
  const auto a = Tensor<float>::of({6, 8}), b = Tensor<float>::of({2, 4});
  CHECK(add(a, b).value()(1) == 12);
  CHECK(sub(a, b).value()(1) == 4);
  CHECK(mul(a, b).value()(1) == 32);
  CHECK(div(a, b).value()(1) == 2);
  CHECK(neg(a).value()(1) == -8);
  CHECK(add(Variable<double>(1.5), Tensor<double>::of({1})).value()(0) == 2.5);
}

TEST_CASE("arithmetic: a number on either side") {
  const auto x = Tensor<float>::of({1, 2});
  CHECK(sub(10, x).value()(1) == 8);
  CHECK(sub(x, 10).value()(1) == -8);
  CHECK(div(1, x).value()(1) == 0.5f);
  CHECK(mul(0.5, x).value()(1) == 1);
}

TEST_CASE("arithmetic: broadcasting reaches the gradients as sums") {
  const auto image = parameter(Tensor<double>::ones({2, 3, 4, 5}));
  const auto channel = parameter(Tensor<double>::full({3, 1, 1}, 2));
  const auto y = image * channel;
  CHECK(y.shape() == Shape{2, 3, 4, 5});
  const auto gradients =
      grad<double>({y}, {image, channel}, {.grad_outputs = {Tensor<double>::ones(y.shape())}});
  CHECK(gradients[0].shape() == image.shape());
  CHECK(gradients[0].value()(1, 2, 3, 4) == 2);
  CHECK(gradients[1].shape() == channel.shape());
  CHECK(gradients[1].value()(0, 0, 0) == 2 * 4 * 5);
}

TEST_CASE("arithmetic: an operand used twice gets both gradients") {
  const auto x = parameter(Tensor<double>::scalar(3));
  CHECK(grad<double>({x * x}, {x})[0].item() == 6);
  CHECK(grad<double>({x + x}, {x})[0].item() == 2);
  CHECK(grad<double>({x - x}, {x})[0].item() == 0);
  CHECK(grad<double>({x / x}, {x})[0].item() == doctest::Approx(0));
}

TEST_CASE("arithmetic: shapes that do not broadcast are told in the operation's name") {
  const Tensor<float> a(Shape{2, 3}), b(Shape{4, 3});
  CHECK_THROWS_WITH_AS(add(a, b), "add: [2,3] and [4,3] do not broadcast: 2 against 4", ShapeError);
  CHECK_THROWS_WITH_AS(sub(a, b), "sub: [2,3] and [4,3] do not broadcast: 2 against 4", ShapeError);
  CHECK_THROWS_WITH_AS(mul(a, b), "mul: [2,3] and [4,3] do not broadcast: 2 against 4", ShapeError);
  CHECK_THROWS_WITH_AS(div(a, b), "div: [2,3] and [4,3] do not broadcast: 2 against 4", ShapeError);
}

}  // namespace arithmetic_test
