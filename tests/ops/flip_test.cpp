// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/flip.hpp>

#include "lists.hpp"

namespace flip_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("flip: dimensions in reverse order, and twice is nothing") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(list(flip(x, 1)) == Doubles{3, 2, 1, 6, 5, 4});
  CHECK(list(flip(x, {0, -1})) == Doubles{6, 5, 4, 3, 2, 1});
  CHECK(list(flip(flip(x, 0), 0)) == list(x));
  CHECK(list(flip(x, Dims{})) == list(x));
  CHECK(flip(Tensor<double>(Shape{0, 2}), {0, 1}).shape() == Shape{0, 2});
  CHECK_THROWS_WITH_AS(flip(x, 2), "flip: dimension 2 is outside of [2,3]", ShapeError);
}

TEST_CASE("roll: what leaves at one end comes in at the other, by any shift") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(list(roll(x, 1, 1)) == Doubles{3, 1, 2, 6, 4, 5});
  CHECK(list(roll(x, -1, 1)) == Doubles{2, 3, 1, 5, 6, 4});
  CHECK(list(roll(x, {1, 4}, {0, 1})) == Doubles{6, 4, 5, 3, 1, 2});
  CHECK(list(roll(x, 2)) == Doubles{5, 6, 1, 2, 3, 4});
  CHECK(list(roll(x, std::numeric_limits<Index>::min(), 1)) == list(roll(x, 1, 1)));  // -2^63 % 3
  CHECK(roll(Tensor<double>(Shape{2, 0}), 1, 1).shape() == Shape{2, 0});
  CHECK(roll(Tensor<double>(Shape{0}), 3).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(roll(x, {1}, {0, 1}), "roll: 1 shifts along 2 dimensions", ValueError);
}

}  // namespace flip_test
