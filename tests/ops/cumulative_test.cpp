// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/reduce.hpp>

#include "lists.hpp"

namespace cumulative_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("cumsum: along each dimension, and its gradient runs backwards") {
  const auto x = parameter(Tensor<double>::of({{1, 2, 3}, {4, 5, 6}}));
  CHECK(list(cumsum(x, 1)) == Doubles{1, 3, 6, 4, 9, 15});
  CHECK(list(cumsum(x, -2)) == Doubles{1, 2, 3, 5, 7, 9});
  backward(cumsum(x, 1), Tensor<double>::of({{1, 10, 100}, {0, 0, 1}}));
  CHECK(list(x.grad()) == Doubles{111, 110, 100, 1, 1, 1});
}

TEST_CASE("cumprod: equals the product so far, for any length, with zeros") {
  for (const Index n : {1, 2, 3, 5, 8, 13}) {
    const auto x = Tensor<double>::uniform({2, n}, Key(1), 0.5, 2);
    const auto y = cumprod(x, 1).value();
    for (Index o = 0; o < 2; ++o) {
      double product = 1;
      for (Index k = 0; k < n; ++k) CHECK(y(o, k) == doctest::Approx(product *= x(o, k)));
    }
  }
  const auto x = parameter(Tensor<double>::of({2, 0, 3, 0}));
  CHECK(list(cumprod(x, 0)) == Doubles{2, 0, 0, 0});
  backward(sum(cumprod(x, 0)));
  CHECK(list(x.grad()) == Doubles{1, 8, 0, 0});
}

TEST_CASE("cumsum and cumprod: of nothing, of one, and wrong dimensions") {
  CHECK(cumsum(Tensor<float>(Shape{2, 0}), 1).shape() == Shape{2, 0});
  CHECK(cumprod(Tensor<float>(Shape{0, 2}), 0).shape() == Shape{0, 2});
  CHECK(cumprod(Tensor<float>(Shape{std::numeric_limits<Index>::max(), 0}), 0).size() == 0);
  CHECK(std::isnan(cumsum(Tensor<float>::of({1, NAN, 2}), 0).value()(2)));
  CHECK_THROWS_WITH_AS(cumsum(Tensor<float>(Shape{2}), 1), "cumsum: dimension 1 is outside of [2]",
                       ShapeError);
  CHECK_THROWS_AS(cumprod(Tensor<float>::scalar(1), 0), ShapeError);
}

}  // namespace cumulative_test
