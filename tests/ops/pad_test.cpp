// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/pad.hpp>

#include "lists.hpp"

namespace pad_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("pad: pairs of the last dimension first, with zeros, a value, or taken away") {
  const auto x = Tensor<double>::of({{1, 2}, {3, 4}});
  CHECK(list(pad(x, {1, 0})) == Doubles{0, 1, 2, 0, 3, 4});
  CHECK(list(pad(x, {0, 1, 1, 0}, {.value = 9})) == Doubles{9, 9, 9, 1, 2, 9, 3, 4, 9});
  CHECK(list(pad(x, {-1, 1})) == Doubles{2, 0, 4, 0});
  CHECK(list(pad(x, {0, 0, -1, 0})) == Doubles{3, 4});
  CHECK(list(pad(x, {-2, 1}, {.value = 5})) == Doubles{5, 5});
  CHECK(pad(x, {-1, -1}).shape() == Shape{2, 0});
  CHECK(list(pad(x, {})) == list(x));
  CHECK(list(pad(Tensor<double>(Shape{0}), {1, 1}, {.value = 3})) == Doubles{3, 3});
  CHECK(std::signbit(pad(Tensor<double>::of({-0.0}), {1, 0}, {.value = 1}).value()(1)));
}

TEST_CASE("pad: reflected, replicated, circular") {
  const auto x = Tensor<double>::of({1, 2, 3});
  CHECK(list(pad(x, {2, 1}, {.mode = PadMode::reflect})) == Doubles{3, 2, 1, 2, 3, 2});
  CHECK(list(pad(x, {2, 4}, {.mode = PadMode::replicate})) == Doubles{1, 1, 1, 2, 3, 3, 3, 3, 3});
  CHECK(list(pad(x, {2, 3}, {.mode = PadMode::circular})) == Doubles{2, 3, 1, 2, 3, 1, 2, 3});
  CHECK(list(pad(x, {-1, 1}, {.mode = PadMode::reflect})) == Doubles{2, 3, 2});
  CHECK(list(pad(x, {-1, 1}, {.mode = PadMode::circular})) == Doubles{2, 3, 1});
  CHECK(list(pad(x, {-3, 2}, {.mode = PadMode::replicate})) == Doubles{3, 3});
}

TEST_CASE("pad: what does not fit is told") {
  const Tensor<double> x(Shape{2, 3});
  CHECK_THROWS_WITH_AS(pad(x, {1}), "pad: pads come in pairs, got 1", ValueError);
  CHECK_THROWS_WITH_AS(pad(x, {1, 1, 1, 1, 1, 1}), "pad: 6 pads for [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(
      pad(x, {-2, -2}),
      "pad: pads -2 and -2 take away more than the 3 positions of dimension 1 of [2,3]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      pad(x, {-4, 5}),
      "pad: pads -4 and 5 take away more than the 3 positions of dimension 1 of [2,3]", ShapeError);
  const Index most = std::numeric_limits<Index>::max(), least = std::numeric_limits<Index>::min();
  CHECK_THROWS_AS(pad(x, {most, most}), ShapeError);
  CHECK_THROWS_AS(pad(x, {least, most}), ShapeError);
  CHECK_THROWS_AS(pad(x, {Index{1} << 62, 0}), ShapeError);  // too many elements
  CHECK_THROWS_WITH_AS(pad(x, {3, 0}, {.mode = PadMode::reflect}),
                       "pad: dimension 1 of [2,3] has too few positions for pads 3 and 0",
                       ShapeError);
  CHECK_THROWS_AS(pad(x, {4, 0}, {.mode = PadMode::circular}), ShapeError);
  CHECK_THROWS_AS(pad(Tensor<double>(Shape{0}), {1, 0}, {.mode = PadMode::replicate}), ShapeError);
}

}  // namespace pad_test
