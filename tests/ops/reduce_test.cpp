// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/reduce.hpp>

namespace reduce_test {

using namespace adafuse;

TEST_CASE("sum: of everything and along dimensions") {
  const auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(sum(x).item() == 21);
  CHECK(sum(x).shape() == Shape{});
  CHECK(sum(x, 0).shape() == Shape{3});
  CHECK(sum(x, 0).value()(2) == 9);
  CHECK(sum(x, -1).value()(1) == 15);
  CHECK(sum(x, {0, 1}).item() == 21);
  CHECK(sum(x, {0, 1}, {.keepdim = true}).shape() == Shape{1, 1});
  CHECK(sum(x, 1, {.keepdim = true}).shape() == Shape{2, 1});
  CHECK(sum(x, Dims{}).shape() == x.shape());  // along no dimension: x itself
}

TEST_CASE("sum: a dimension of size 1 goes too") {
  const Tensor<float> x(Shape{1, 3, 1});
  CHECK(sum(x, 0).shape() == Shape{3, 1});
  CHECK(sum(x, {0, 2}).shape() == Shape{3});
}

TEST_CASE("mean: is the sum over the count") {
  const auto x = Tensor<double>::randn({3, 4, 5}, Key(1));
  CHECK(mean(x).item() == doctest::Approx(sum(x).item() / 60));
  const auto means = mean(x, {0, 2}).value(), sums = sum(x, {0, 2}).value();
  for (Index c = 0; c < 4; ++c) CHECK(means(c) == doctest::Approx(sums(c) / 15));
  CHECK(std::isnan(mean(Tensor<float>(Shape{0, 2})).item()));
}

TEST_CASE("max: of everything and along dimensions") {
  const auto x = Tensor<float>::of({{1, 7, 3}, {4, 5, 6}});
  CHECK(max(x).item() == 7);
  CHECK(max(x, 0).value()(0) == 4);
  CHECK(max(x, 1).value()(1) == 6);
  CHECK(max(x, 1, {.keepdim = true}).shape() == Shape{2, 1});
}

TEST_CASE("max: the gradient goes to the first of equals") {
  const auto x = parameter(Tensor<double>::of({{1, 5, 5}, {2, 2, 0}}));
  const auto dx = grad<double>({sum(max(x, 1))}, {x})[0].value();
  const std::vector<double> expected{0, 1, 0, 1, 0, 0};
  CHECK(std::equal(dx.begin(), dx.end(), expected.begin()));
}

TEST_CASE("max: of nothing is told; a NaN is the largest of all") {
  CHECK_THROWS_WITH_AS(max(Tensor<float>(Shape{2, 0}), 1), "max: dimension 1 of [2,0] is empty",
                       ShapeError);
  CHECK_THROWS_AS(max(Tensor<float>(Shape{2, 0})), ShapeError);
  CHECK(max(Tensor<float>(Shape{2, 0}), 0).shape() == Shape{0});
  CHECK(std::isnan(max(Tensor<float>::of({1, NAN, 9})).item()));
}

TEST_CASE("argmax: positions along a dimension, of any type of number") {
  const auto x = Tensor<std::int32_t>::of({{1, 7, 3}, {4, 5, 6}});
  CHECK(argmax(x, 1)(0) == 1);
  CHECK(argmax(x, -1)(1) == 2);
  CHECK(argmax(x, 0)(1) == 0);
  CHECK_THROWS_WITH_AS(argmax(x, 2), "argmax: dimension 2 is outside of [2,3]", ShapeError);
  CHECK_THROWS_AS(argmax(Tensor<float>(Shape{3, 0}), 1), ShapeError);
}

TEST_CASE("max and min: over several dimensions, neighbours or not, the first of equals") {
  const auto x = Tensor<double>::randn({3, 4, 5}, Key(1));
  const auto both = max(x, {0, 2}).value(), least = min(x, {2, 0}, {.keepdim = true}).value();
  CHECK(both.shape() == Shape{4});
  CHECK(least.shape() == Shape{1, 4, 1});
  for (Index j = 0; j < 4; ++j) {
    double largest = -1e9, smallest = 1e9;
    for (Index i = 0; i < 3; ++i)
      for (Index k = 0; k < 5; ++k) {
        largest = std::max(largest, x(i, j, k));
        smallest = std::min(smallest, x(i, j, k));
      }
    CHECK(both(j) == largest);
    CHECK(least(0, j, 0) == smallest);
  }
  CHECK(max(x, {1, 2}).value()(2) == max(max(x, 2), 1).value()(2));
  CHECK(min(x).item() == min(x, {0, 1, 2}).item());
  CHECK(max(x, Dims{}).shape() == x.shape());  // along no dimension: x itself
  const auto equal = parameter(Tensor<double>::of({{{1, 7}, {7, 2}}, {{7, 1}, {0, 7}}}));
  backward(sum(max(equal, {0, 2})));
  CHECK(equal.grad().value()(0, 0, 1) == 1);
  CHECK(equal.grad().value()(0, 1, 0) == 1);
  CHECK(sum(equal.grad()).item() == 2);
}

TEST_CASE("min: the gradient goes to the first of equals, and a NaN is the smallest of all") {
  const auto x = parameter(Tensor<double>::of({{1, 5, 1}, {2, 2, 3}}));
  const auto dx = grad<double>({sum(min(x, 1))}, {x})[0].value();
  const std::vector<double> expected{1, 0, 0, 1, 0, 0};
  CHECK(std::equal(dx.begin(), dx.end(), expected.begin()));
  CHECK(std::isnan(min(Tensor<float>::of({1, NAN, -9})).item()));
  CHECK_THROWS_WITH_AS(min(Tensor<float>(Shape{2, 0}), {0, 1}),
                       "min: dimension 1 of [2,0] is empty", ShapeError);
}

TEST_CASE("argmax and argmin: with keepdim, over all, of variables") {
  const auto x = Tensor<float>::of({{3, 7, 3}, {4, 0, 7}});
  CHECK(argmax(x).item() == 1);
  CHECK(argmin(x).item() == 4);
  CHECK(argmax(x).shape() == Shape{});
  CHECK(argmax(x, 1, {.keepdim = true}).shape() == Shape{2, 1});
  CHECK(argmin(x, 0, {.keepdim = true}).shape() == Shape{1, 3});
  CHECK(argmin(x, 1)(0) == 0);
  CHECK(argmin(Variable<float>(x), -1)(1) == 1);
  CHECK(argmin(Tensor<std::uint8_t>::of({3, 1, 1}), 0).item() == 1);
  CHECK(argmin(Tensor<float>::of({1, NAN, -9, NAN}), 0).item() == 1);
  CHECK_THROWS_WITH_AS(argmin(Tensor<float>(Shape{2, 0})), "argmin: [2,0] is empty", ShapeError);
  CHECK_THROWS_WITH_AS(argmin(Tensor<float>(Shape{2, 0}), 1),
                       "argmin: dimension 1 of [2,0] is empty", ShapeError);
}

TEST_CASE("reductions: wrong dimensions are told in the operation's name") {
  const Tensor<float> x(Shape{2, 3});
  CHECK_THROWS_WITH_AS(sum(x, 2), "sum: dimension 2 is outside of [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(mean(x, {0, 0}), "mean: dimension 0 is named twice", ShapeError);
  CHECK_THROWS_WITH_AS(max(x, -3), "max: dimension -3 is outside of [2,3]", ShapeError);
}

}  // namespace reduce_test
