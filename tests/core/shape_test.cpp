// Shapes: sizes, axes, limits and broadcasting.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/shape.hpp>
#include <limits>
#include <vector>

namespace shape_test {

using namespace adafuse;

TEST_CASE("shape: knows its rank, its sizes and its number of elements") {
  const Shape shape{2, 3, 5};
  CHECK(shape.rank() == 3);
  CHECK(shape.size() == 30);
  CHECK(shape[0] == 2);
  CHECK(shape[-1] == 5);
  CHECK(shape[-3] == 2);
  CHECK(std::vector<Index>(shape.begin(), shape.end()) == std::vector<Index>{2, 3, 5});
}

TEST_CASE("shape: rank 0 is a single number") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(concat(Shape{}) == "[]");
}

TEST_CASE("shape: a size of 0 means no elements") {
  CHECK(Shape{0}.size() == 0);
  CHECK(Shape{3, 0, 2}.size() == 0);
}

TEST_CASE("shape: equal when rank and all sizes are") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{2} != Shape{2, 1});
  CHECK(Shape{} != Shape{1});
}

TEST_CASE("shape: prints as a list") { CHECK(concat(Shape{8, 3, 32, 32}) == "[8,3,32,32]"); }

TEST_CASE("shape: axis maps positions from the end and refuses others") {
  const Shape shape{2, 3};
  CHECK(shape.axis(0) == 0);
  CHECK(shape.axis(1) == 1);
  CHECK(shape.axis(-1) == 1);
  CHECK(shape.axis(-2) == 0);
  CHECK_THROWS_WITH_AS(shape.axis(2), "dimension 2 is outside of [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(shape.axis(-3), "dimension -3 is outside of [2,3]", ShapeError);
  CHECK_THROWS_AS(shape[2], ShapeError);
  CHECK_THROWS_AS(Shape{}.axis(0), ShapeError);
}

TEST_CASE("shape: with changes one size of a copy") {
  const Shape shape{2, 3, 4};
  CHECK(shape.with(1, 7) == Shape{2, 7, 4});
  CHECK(shape.with(-1, 1) == Shape{2, 3, 1});
  CHECK(shape == Shape{2, 3, 4});
  CHECK_THROWS_AS(shape.with(3, 1), ShapeError);
  CHECK_THROWS_AS(shape.with(0, -1), ShapeError);
}

TEST_CASE("shape: refuses negative sizes, too many dimensions and too many elements") {
  CHECK_THROWS_WITH_AS(Shape({2, -1}), "Shape: sizes are not negative, got -1", ShapeError);
  CHECK(Shape({1, 1, 1, 1, 1, 1, 1, 1}).rank() == Shape::max_rank);
  CHECK_THROWS_AS(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
  Shape full{1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_THROWS_AS(full.push_back(1), ShapeError);
  constexpr Index half = Index{1} << 32;
  CHECK_THROWS_AS(Shape({half, half}), ShapeError);
  // A zero must not hide the overflow: removing that dimension would bring it out.
  CHECK_THROWS_AS(Shape({half, 0, half}), ShapeError);
  CHECK(Shape({std::numeric_limits<Index>::max()}).size() == std::numeric_limits<Index>::max());
}

TEST_CASE("shape: a refused push_back leaves the shape as it was") {
  Shape shape{2};
  CHECK_THROWS_AS(shape.push_back(-1), ShapeError);
  CHECK(shape == Shape{2});
  CHECK_THROWS_AS(shape.push_back(std::numeric_limits<Index>::max()), ShapeError);
  CHECK(shape == Shape{2});
}

TEST_CASE("broadcast_shapes: stretches sizes of 1 and missing dimensions") {
  const auto both = [](const Shape& a, const Shape& b) {
    const Shape result = broadcast_shapes(a, b, "add");
    CHECK(broadcast_shapes(b, a, "add") == result);
    return result;
  };
  CHECK(both({2, 3}, {2, 3}) == Shape{2, 3});
  CHECK(both({2, 3}, {}) == Shape{2, 3});
  CHECK(both({2, 3}, {3}) == Shape{2, 3});
  CHECK(both({2, 1}, {1, 3}) == Shape{2, 3});
  CHECK(both({4, 1, 3}, {5, 1}) == Shape{4, 5, 3});
  CHECK(both({0, 3}, {1, 3}) == Shape{0, 3});
  CHECK(both({}, {}) == Shape{});
}

TEST_CASE("broadcast_shapes: names the op, both shapes and the sizes that differ") {
  CHECK_THROWS_WITH_AS(broadcast_shapes({2, 3}, {4, 3}, "mul"),
                       "mul: [2,3] and [4,3] do not broadcast: 2 against 4", ShapeError);
  CHECK_THROWS_AS(broadcast_shapes({0}, {2}, "mul"), ShapeError);
}

}  // namespace shape_test
