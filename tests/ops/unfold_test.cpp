// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/unfold.hpp>

#include "lists.hpp"

namespace unfold_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("unfold: each window is a column") {
  const auto x = Tensor<double>::arange(9).reshape({1, 1, 3, 3});
  const auto y = unfold(x, {.kernel = 2});
  CHECK(y.shape() == Shape{1, 4, 4});
  CHECK(list(y) == Doubles{0, 1, 3, 4, 1, 2, 4, 5, 3, 4, 6, 7, 4, 5, 7, 8});
  CHECK(unfold(x, {.kernel = {3, 2}, .stride = 2, .padding = 1}).shape() == Shape{1, 6, 4});
}

TEST_CASE("fold: adds each column to its window: the count of windows, for columns of ones") {
  const auto y = fold(Tensor<double>::ones({1, 4, 4}), 3, {.kernel = 2});
  CHECK(y.shape() == Shape{1, 1, 3, 3});
  CHECK(list(y) == Doubles{1, 2, 1, 2, 4, 2, 1, 2, 1});
  const auto x = Tensor<double>::randn({2, 3, 6, 4}, Key(1));
  const UnfoldOptions blocks{.kernel = {3, 2}, .stride = {3, 2}};
  CHECK(list(fold(unfold(x, blocks), {6, 4}, blocks)) == list(x));
}

TEST_CASE("fold and unfold: are each other's transpose") {
  const UnfoldOptions o{.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}};
  const auto x = Tensor<double>::randn({2, 3, 7, 5}, Key(1));
  const auto columns = unfold(x, o);
  const auto y = Tensor<double>::randn(columns.shape(), Key(2));
  CHECK(sum(columns * y).item() == doctest::Approx(sum(x * fold(y, {7, 5}, o)).item()));
}

TEST_CASE("fold and unfold: without images, and what does not fit") {
  CHECK(unfold(Tensor<double>(Shape{0, 2, 3, 3}), {.kernel = 2}).shape() == Shape{0, 8, 4});
  const Tensor<double> x(Shape{1, 1, 3, 3});
  CHECK_THROWS_WITH_AS(unfold(x, {.kernel = 4}),
                       "unfold: 3 positions padded by 0 have no window of 4 by 1", ShapeError);
  CHECK_THROWS_WITH_AS(unfold(x, {.kernel = 0}),
                       "unfold: expects kernel, stride, dilation above 0 and padding from 0, got "
                       "0, 1, 1, 0",
                       ValueError);
  CHECK_THROWS_AS(unfold(Tensor<double>(Shape{3, 3}), {.kernel = 1}), ShapeError);
  const Index most = std::numeric_limits<Index>::max();
  CHECK_THROWS_AS(unfold(x, {.kernel = 2, .dilation = most}), ShapeError);
  CHECK_THROWS_AS(unfold(x, {.kernel = 2, .padding = most}), ShapeError);
  CHECK_THROWS_AS(unfold(x, {.kernel = most}), ShapeError);
  CHECK(unfold(x, {.kernel = 2, .stride = most}).shape() == Shape{1, 4, 1});
  CHECK_THROWS_WITH_AS(fold(Tensor<double>(Shape{1, 4, 5}), 3, {.kernel = 2}),
                       "fold: expects columns [N,C*kh*kw,2*2] of windows 2x2, got [1,4,5]",
                       ShapeError);
  CHECK_THROWS_AS(fold(Tensor<double>(Shape{1, 3, 4}), 3, {.kernel = 2}), ShapeError);
}

}  // namespace unfold_test
