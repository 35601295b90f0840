// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/gather.hpp>
#include <adafuse/ops/random.hpp>
#include <adafuse/ops/reduce.hpp>

#include "lists.hpp"

namespace gather_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("gather: the element that is numbered along a dimension") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(list(gather(x, 1, Index64::of({{2, 0}, {1, 1}}))) == Doubles{3, 1, 5, 5});
  CHECK(list(gather(x, 0, Index64::of({{1, 0, 1}}))) == Doubles{4, 2, 6});
  CHECK(list(gather(x, -1, Index64::full({1, 1}, 2))) == Doubles{3});
  CHECK(list(gather(Index64::of({7, 8, 9}), 0, Index64::of({2, 2, 0, 1}))) == Numbers{9, 9, 7, 8});
  CHECK(gather(x, 1, Index64(Shape{2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("scatter_add: adds where gather would read") {
  const auto x = parameter(Tensor<double>::of({{1, 1, 1}, {1, 1, 1}}));
  const auto src = parameter(Tensor<double>::of({{10, 20, 30}, {40, 50, 60}}));
  const auto y = scatter_add(x, 1, Index64::of({{2, 2}, {0, 1}}), src);
  CHECK(list(y) == Doubles{1, 1, 31, 41, 51, 1});
  backward(y, Tensor<double>::of({{1, 2, 3}, {4, 5, 6}}));
  CHECK(list(x.grad()) == Doubles{1, 2, 3, 4, 5, 6});
  CHECK(list(src.grad()) == Doubles{3, 3, 0, 4, 5, 0});
}

TEST_CASE("index_add: rows by number, times alpha") {
  const auto x = Tensor<double>(Shape{3, 2});
  const auto src = parameter(Tensor<double>::of({{1, 2}, {3, 4}}));
  const auto y = index_add(x, 0, Index64::of({2, 2}), src, {.alpha = 10});
  CHECK(list(y) == Doubles{0, 0, 0, 0, 40, 60});
  backward(sum(y));
  CHECK(list(src.grad()) == Doubles{10, 10, 10, 10});
}

TEST_CASE("index_add: is x and the rows that alpha = 1 adds, whatever the dimension") {
  const auto list = randint(6, {40}, Key(1));
  for (Index dim = 0; dim < 3; ++dim) {
    const Shape shape = Shape{3, 4, 5}.with(dim, 7);
    const auto x = Tensor<double>::randn(shape, Key(2)),
               src = Tensor<double>::randn(shape.with(dim, 40), Key(3));
    const auto y = index_add(x, dim, list, Variable<double>(src)).value();
    auto expected = x.clone();
    for (Index j = 0; j < 40; ++j)
      for (Index a = 0; a < shape[dim == 0 ? 1 : 0]; ++a)
        for (Index b = 0; b < shape[dim == 2 ? 1 : 2]; ++b) {
          const Index r = list(j);
          if (dim == 0) expected(r, a, b) += src(j, a, b);
          if (dim == 1) expected(a, r, b) += src(a, j, b);
          if (dim == 2) expected(a, b, r) += src(a, b, j);
        }
    for (Index k = 0; k < y.size(); ++k)
      CHECK(y.data()[k] == doctest::Approx(expected.data()[k]).epsilon(1e-12));
  }
}

TEST_CASE("gather, scatter_add, index_add: what does not fit is told") {
  const Tensor<float> x(Shape{2, 3});
  CHECK_THROWS_WITH_AS(gather(x, 1, Index64::full({1, 1}, 3)),
                       "gather: index 3 is outside of dimension 1 of [2,3]", ValueError);
  CHECK_THROWS_AS(gather(x, 1, Index64::full({1, 1}, -1)), ValueError);
  CHECK_THROWS_WITH_AS(gather(x, 1, Index64(Shape{3, 1})),
                       "gather: index [3,1] is larger than [2,3] beside dimension 1", ShapeError);
  CHECK_THROWS_AS(gather(x, 1, Index64(Shape{2})), ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(x, 1, Index64(Shape{2, 2}), Tensor<float>(Shape{2, 1})),
                       "scatter_add: index [2,2] is larger than src [2,1]", ShapeError);
  CHECK_THROWS_WITH_AS(index_add(x, 0, Index64::of({0}), x),
                       "index_add: expects src [1,3], got [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(index_add(x, 0, Index64::of({2, 0}), x),
                       "index_add: index 2 is outside of dimension 0 of [2,3]", ValueError);
}

}  // namespace gather_test
