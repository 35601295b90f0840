// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/prod.hpp>

#include "lists.hpp"

namespace prod_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("prod: of everything and along dimensions, for any number of factors") {
  for (Index n = 1; n < 12; ++n) {
    double expected = 1;
    for (Index i = 0; i < n; ++i) expected *= static_cast<double>(i + 1);
    CHECK(prod(Tensor<double>::arange(n) + Variable<double>(1)).item() == expected);
  }
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(prod(x).item() == 720);
  CHECK(list(prod(x, 0)) == Doubles{4, 10, 18});
  CHECK(list(prod(x, -1)) == Doubles{6, 120});
  CHECK(prod(x, {0, 1}, {.keepdim = true}).shape() == Shape{1, 1});
  CHECK(prod(Tensor<double>::randn({2, 3, 4}, Key(1)), {0, 2}).shape() == Shape{3});
}

TEST_CASE("prod: the derivative knows zeros: none, one, two of them") {
  const auto x = parameter(Tensor<double>::of({{2, 3, 4}, {0, 3, 4}, {0, 0, 4}}));
  backward(sum(prod(x, 1)));
  CHECK(list(x.grad()) == Doubles{12, 8, 6, 12, 0, 0, 0, 0, 0});
}

TEST_CASE("prod: of nothing it is 1, of one number that number, and a NaN stays") {
  CHECK(prod(Tensor<double>(Shape{0})).item() == 1);
  CHECK(list(prod(Tensor<double>(Shape{2, 0}), 1)) == Doubles{1, 1});
  CHECK(prod(Tensor<double>(Shape{2, 0}), 0).shape() == Shape{0});
  CHECK(prod(Tensor<double>::scalar(7)).item() == 7);
  CHECK(std::isnan(prod(Tensor<double>::of({0, NAN, 2})).item()));
  const auto empty = parameter(Tensor<double>(Shape{2, 0}));
  backward(sum(prod(empty, 1)));
  CHECK(empty.grad().shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(prod(Tensor<double>(Shape{2}), 1), "prod: dimension 1 is outside of [2]",
                       ShapeError);
}

}  // namespace prod_test
