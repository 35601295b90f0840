// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/split.hpp>

#include "lists.hpp"

namespace split_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("split: parts of given sizes, which cat joins again") {
  const auto x = Tensor<double>::of({{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}});
  const auto parts = split(x, {2, 0, 3}, 1);
  REQUIRE(parts.size() == 3);
  CHECK(list(parts[0]) == Doubles{1, 2, 6, 7});
  CHECK(parts[1].shape() == Shape{2, 0});
  CHECK(list(cat(parts, 1)) == list(x));
  CHECK(split(x, {2}).size() == 1);
  CHECK_THROWS_WITH_AS(split(x, {2, 2}, 1), "split: 2 sizes do not add up to dimension 1 of [2,5]",
                       ShapeError);
  CHECK_THROWS_AS(split(x, {6, -1}, 1), ShapeError);
  CHECK_THROWS_AS(split(x, {1}), ShapeError);  // a list of one is a list
  const Index most = std::numeric_limits<Index>::max();
  CHECK_THROWS_AS(split(x, {most, most, 7}, 1), ShapeError);
}

TEST_CASE("split: parts of one size, the last of what is left") {
  const auto x = Tensor<double>::arange(5);
  const auto parts = split(x, 2);
  REQUIRE(parts.size() == 3);
  CHECK(list(parts[2]) == Doubles{4});
  CHECK(split(x, std::numeric_limits<Index>::max()).size() == 1);
  CHECK(split(Tensor<double>(Shape{0, 2}), 3)[0].shape() == Shape{0, 2});
  CHECK_THROWS_WITH_AS(split(x, 0), "split: expects a size above 0, got 0", ValueError);
}

TEST_CASE("chunk: at most so many parts") {
  const auto sizes = [](Index size, Index chunks) {
    std::vector<Index> result;
    for (const auto& part : chunk(Tensor<double>(Shape{size}), chunks))
      result.push_back(part.size());
    return result;
  };
  CHECK(sizes(6, 3) == std::vector<Index>{2, 2, 2});
  CHECK(sizes(5, 3) == std::vector<Index>{2, 2, 1});
  CHECK(sizes(5, 4) == std::vector<Index>{2, 2, 1});
  CHECK(sizes(2, 7) == std::vector<Index>{1, 1});
  CHECK(sizes(0, 7) == std::vector<Index>{0});
  CHECK_THROWS_WITH_AS(chunk(Tensor<double>(Shape{2}), 0),
                       "chunk: expects a number of chunks above 0, got 0", ValueError);
}

}  // namespace split_test
