// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/diagonal.hpp>

#include "lists.hpp"

namespace diagonal_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("tril and triu: what lies below and above a diagonal") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(list(tril(x)) == Doubles{1, 0, 0, 4, 5, 0});
  CHECK(list(triu(x)) == Doubles{1, 2, 3, 0, 5, 6});
  CHECK(list(tril(x, -1)) == Doubles{0, 0, 0, 4, 0, 0});
  CHECK(list(triu(x, 1)) == Doubles{0, 2, 3, 0, 0, 6});
  CHECK(list(triu(x, -1)) == list(x));
  const Index most = std::numeric_limits<Index>::max(), least = std::numeric_limits<Index>::min();
  CHECK(list(tril(x, most)) == list(x));
  CHECK(list(triu(x, least)) == list(x));
  CHECK(list(tril(x, least)) == Doubles(6, 0));
  CHECK(list(triu(x, most)) == Doubles(6, 0));
  CHECK(list(tril(Index64::of({{1, 1}, {1, 1}}))) == Numbers{1, 0, 1, 1});
  CHECK(tril(Tensor<double>::of({{1, NAN}, {2, 3}})).value()(0, 1) == 0);
  CHECK(triu(Tensor<double>(Shape{2, 0, 3})).shape() == Shape{2, 0, 3});
  CHECK_THROWS_WITH_AS(tril(Tensor<double>(Shape{3})), "tril: expects matrices [...,M,N], got [3]",
                       ShapeError);
}

TEST_CASE("diagonal: of the first two dimensions, or of others, with an offset") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(list(diagonal(x)) == Doubles{1, 5});
  CHECK(list(diagonal(x, {.offset = 1})) == Doubles{2, 6});
  CHECK(list(diagonal(x, {.offset = 2})) == Doubles{3});
  CHECK(list(diagonal(x, {.offset = -1})) == Doubles{4});
  CHECK(list(diagonal(x, {.offset = 1, .dim1 = 1, .dim2 = 0})) == Doubles{4});
  for (const Index offset :
       {Index{3}, Index{-2}, std::numeric_limits<Index>::max(), std::numeric_limits<Index>::min()})
    CHECK(diagonal(x, {.offset = offset}).shape() == Shape{0});
  CHECK(diagonal(Tensor<double>(Shape{2, 3, 4}), {.dim1 = 0, .dim2 = 2}).shape() == Shape{3, 2});
  CHECK(diagonal(Tensor<double>(Shape{0, 3})).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(diagonal(x, {.dim1 = 1, .dim2 = -1}),
                       "diagonal: dimension -1 is named twice", ShapeError);
  CHECK_THROWS_AS(diagonal(Tensor<double>(Shape{3})), ShapeError);
}

}  // namespace diagonal_test
