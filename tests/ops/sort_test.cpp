// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/sort.hpp>

#include "lists.hpp"

namespace sort_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("sort: values in order and where they were; equals keep their order") {
  const auto x = Tensor<double>::of({{3, 1, 3, 2}, {0, 0, -1, 5}});
  const auto [values, indices] = sort(x);
  CHECK(list(values) == Doubles{1, 2, 3, 3, -1, 0, 0, 5});
  CHECK(list(indices) == Numbers{1, 3, 0, 2, 2, 0, 1, 3});
  CHECK(list(sort(x, 1, {.descending = true}).indices) == Numbers{0, 2, 3, 1, 3, 0, 1, 2});
  CHECK(list(sort(x, 0).values) == Doubles{0, 0, -1, 2, 3, 1, 3, 5});
  CHECK(list(argsort(x)) == list(indices));
  CHECK(list(argsort(Tensor<std::int32_t>::of({3, 1, 2}), 0, {.descending = true})) ==
        Numbers{0, 2, 1});
}

TEST_CASE("sort: a NaN is larger than any number") {
  const auto x = Tensor<float>::of({1, NAN, -INFINITY, INFINITY, NAN});
  CHECK(list(argsort(x)) == Numbers{2, 0, 3, 1, 4});
  CHECK(list(argsort(x, 0, {.descending = true})) == Numbers{1, 4, 3, 0, 2});
  CHECK(list(topk(x, 3).indices) == Numbers{1, 4, 3});
}

TEST_CASE("topk: the first of a sort, and its gradient goes where they came from") {
  const auto x = parameter(Tensor<double>::of({{3, 1, 7, 7}, {0, 4, -1, 5}}));
  const auto top = topk(x, 2);
  CHECK(list(top.values) == Doubles{7, 7, 5, 4});
  CHECK(list(top.indices) == Numbers{2, 3, 3, 1});
  CHECK(list(topk(x, 2, 1, {.largest = false}).values) == Doubles{1, 3, -1, 0});
  CHECK(topk(x, 0).values.shape() == Shape{2, 0});
  backward(top.values, Tensor<double>::of({{1, 2}, {3, 4}}));
  CHECK(list(x.grad()) == Doubles{0, 0, 1, 2, 0, 4, 0, 3});
}

TEST_CASE("sort and topk: whole numbers stay whole numbers") {
  const auto x = Tensor<std::int64_t>::of({{3, 1, 2}, {0, 5, -1}});
  CHECK(list(sort(x, 1).values) == Numbers{1, 2, 3, -1, 0, 5});
  CHECK(list(sort(x, 0, {.descending = true}).values) == Numbers{3, 5, 2, 0, 1, -1});
  CHECK(list(topk(x, 2).values) == Numbers{3, 2, 5, 0});
  CHECK(list(topk(x, 2).indices) == Numbers{0, 2, 1, 0});
  CHECK_THROWS_AS(topk(x, 4), ValueError);
}

TEST_CASE("sort and topk: of nothing, and wrong use") {
  CHECK(sort(Tensor<float>(Shape{3, 0})).values.shape() == Shape{3, 0});
  CHECK(argsort(Tensor<float>(Shape{0, 3})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(topk(Tensor<float>(Shape{2, 3}), 4),
                       "topk: k is 4, dimension -1 of [2,3] has 3", ValueError);
  CHECK_THROWS_AS(topk(Tensor<float>(Shape{2, 3}), -1), ValueError);
  CHECK_THROWS_WITH_AS(argsort(Tensor<float>::scalar(1)), "argsort: dimension -1 is outside of []",
                       ShapeError);
}

}  // namespace sort_test
