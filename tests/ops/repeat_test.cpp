// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/repeat.hpp>

#include "lists.hpp"

namespace repeat_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("expand: sizes of 1 stretch, -1 stays, new dimensions come in front") {
  const auto x = Tensor<double>::of({1, 2}).reshape({2, 1});
  CHECK(list(expand(x, {2, 3})) == Doubles{1, 1, 1, 2, 2, 2});
  CHECK(expand(x, {4, -1, 3}).shape() == Shape{4, 2, 3});
  CHECK(expand(x, {-1, 0}).shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(expand(x, {3}), "expand: 1 sizes for [2,1]", ShapeError);
  CHECK_THROWS_WITH_AS(expand(x, {-1, 2, 1}),
                       "expand: size -1 of dimension 0 of the result of [2,1]", ShapeError);
  CHECK_THROWS_AS(expand(x, {3, 1}), ShapeError);
}

TEST_CASE("repeat: copies beside each other; gradients add up") {
  const auto x = parameter(Tensor<double>::of({{1, 2}, {3, 4}}));
  const auto y = repeat(x, {2, 1, 2});
  CHECK(y.shape() == Shape{2, 2, 4});
  CHECK(list(y) == Doubles{1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4});
  backward(sum(y));
  CHECK(list(x.grad()) == Doubles{4, 4, 4, 4});
  CHECK(repeat(x, {0, 2}).shape() == Shape{0, 4});
  CHECK(repeat(Tensor<double>::scalar(3), {2}).shape() == Shape{2});
  CHECK(repeat(Tensor<double>(Shape{1, 1, 1, 1, 1, 1, 1, 2}), {2, 2, 2, 2, 2, 2, 2, 2}).size() ==
        512);
  CHECK_THROWS_WITH_AS(repeat(x, {2}), "repeat: 1 counts for [2,2]", ShapeError);
  CHECK_THROWS_WITH_AS(repeat(x, {2, -1}), "repeat: count -1 of dimension 1", ValueError);
  CHECK_THROWS_AS(repeat(x, {Index{1} << 62, 1}), ShapeError);
}

TEST_CASE("tile: counts of the last dimensions") {
  const auto x = Tensor<double>::of({{1, 2}, {3, 4}});
  CHECK(list(tile(x, {2})) == Doubles{1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(tile(x, {3, 1, 2}).shape() == Shape{3, 2, 4});
  CHECK(list(tile(x, {})) == Doubles{1, 2, 3, 4});
}

TEST_CASE("meshgrid: each list along its own dimension") {
  const auto a = Tensor<double>::of({1, 2, 3}), b = Tensor<double>::of({10, 20});
  const auto grid = meshgrid({a, b});
  CHECK(grid[0].shape() == Shape{3, 2});
  CHECK(list(grid[0]) == Doubles{1, 1, 2, 2, 3, 3});
  CHECK(list(grid[1]) == Doubles{10, 20, 10, 20, 10, 20});
  const auto picture = meshgrid({a, b}, {.indexing = GridIndexing::xy});
  CHECK(picture[0].shape() == Shape{2, 3});
  CHECK(list(picture[0]) == Doubles{1, 2, 3, 1, 2, 3});
  CHECK(list(picture[1]) == Doubles{10, 10, 10, 20, 20, 20});
  CHECK(meshgrid({a}, {.indexing = GridIndexing::xy})[0].shape() == Shape{3});
  CHECK(meshgrid({a, Tensor<double>::scalar(1), b})[2].shape() == Shape{3, 1, 2});
  CHECK_THROWS_WITH_AS(meshgrid(std::vector<Tensor<double>>{}), "meshgrid: no lists", ValueError);
  CHECK_THROWS_WITH_AS(meshgrid({Tensor<double>(Shape{2, 2})}),
                       "meshgrid: expects lists, got [2,2]", ShapeError);
}

}  // namespace repeat_test
