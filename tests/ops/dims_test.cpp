// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/dims.hpp>

namespace dims_test {

using namespace adafuse;

TEST_CASE("dims: one number or a list, from the front or from the end") {
  CHECK(Dims(1).of({4, 5, 6}, "op") == std::vector<Index>{1});
  CHECK(Dims({0, -1}).of({4, 5, 6}, "op") == std::vector<Index>{0, 2});
  CHECK(Dims(std::vector<Index>{2, 1}).of({4, 5, 6}, "op") == std::vector<Index>{2, 1});
}

TEST_CASE("dims: outside, or named twice, is told in the operation's name") {
  CHECK_THROWS_WITH_AS(Dims(3).of({4, 5, 6}, "sum"), "sum: dimension 3 is outside of [4,5,6]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Dims(-4).of({4, 5, 6}, "sum"), "sum: dimension -4 is outside of [4,5,6]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Dims({1, -2}).of({4, 5, 6}, "sum"), "sum: dimension -2 is named twice",
                       ShapeError);
}

}  // namespace dims_test
