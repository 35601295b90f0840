// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>

namespace take_test {

using namespace adafuse;

namespace {

Variable<float> sum_of_rows(const Variable<float>& x) { return reshape(sum_to(x, {1, 3}), {3}); }

}  // namespace

TEST_CASE("take: a position that is named twice gets both gradients") {
  const auto x = parameter(Tensor<double>::of({10, 11, 12}));
  const auto y = take(x, Tensor<std::int64_t>::of({{2, 0}, {2, 2}}));
  CHECK(y.shape() == Shape{2, 2});
  CHECK(y.value()(0, 1) == 10);
  backward(y, Tensor<double>::of({{1, 2}, {3, 4}}));
  const auto dx = x.grad().value();
  CHECK(dx(0) == 2);
  CHECK(dx(1) == 0);
  CHECK(dx(2) == 8);
}

TEST_CASE("take and put: positions outside are told") {
  const auto x = Tensor<float>::of({1, 2});
  CHECK_THROWS_WITH_AS(take(x, Tensor<std::int64_t>::of({2})),
                       "take: position 2 is outside of [2], which has 2 elements", ValueError);
  CHECK_THROWS_AS(take(x, Tensor<std::int64_t>::of({-1})), ValueError);
  CHECK_THROWS_AS(put(x, Tensor<std::int64_t>::of({0, 4}), {2, 2}), ValueError);
  CHECK_THROWS_WITH_AS(put(x, Tensor<std::int64_t>::of({0}), {2, 2}), "put: x is [2], index is [1]",
                       ShapeError);
}

TEST_CASE("index_select: planes by number, in any order") {
  const auto x = Tensor<float>::randn({2, 4, 3}, Key(1));
  const auto y = index_select(x, 1, Tensor<std::int64_t>::of({3, 0, 3})).value();
  CHECK(y.shape() == Shape{2, 3, 3});
  for (Index i = 0; i < 2; ++i)
    for (Index k = 0; k < 3; ++k) {
      CHECK(y(i, 0, k) == x(i, 3, k));
      CHECK(y(i, 1, k) == x(i, 0, k));
      CHECK(y(i, 2, k) == x(i, 3, k));
    }
  CHECK(index_select(x, -1, Tensor<std::int64_t>(Shape{0})).shape() == Shape{2, 4, 0});
}

TEST_CASE("index_select: of integers too, which stay a tensor") {
  const auto y =
      index_select(Tensor<std::int64_t>::of({7, 8, 9}), 0, Tensor<std::int64_t>::of({2, 2, 0}));
  static_assert(std::is_same_v<decltype(y), const Tensor<std::int64_t>>);
  CHECK(y(1) == 9);
  CHECK(y(2) == 7);
  const auto pixels =
      index_select(Tensor<std::uint8_t>::of({{1, 2}, {3, 4}}), 1, Tensor<std::int64_t>::of({1}));
  CHECK(pixels(1, 0) == 4);
  CHECK_THROWS_AS(index_select(pixels, 1, Tensor<std::int64_t>::of({1})), ValueError);
}

TEST_CASE("index_select: a row that is read often gets all of its gradients, with their digits") {
  const auto x = parameter(Tensor<float>(Shape{2, 3}));
  backward(sum_of_rows(index_select(x, 0, Tensor<std::int64_t>(Shape{100000}))),
           Tensor<float>::full({3}, 0.1f));
  CHECK(x.grad().value()(0, 2) == doctest::Approx(0.1f * 1e5).epsilon(1e-6));
  CHECK(x.grad().value()(1, 0) == 0);
}

TEST_CASE("index_select: wrong use is told") {
  const Tensor<float> x(Shape{2, 4});
  CHECK_THROWS_WITH_AS(index_select(x, 1, Tensor<std::int64_t>::of({4})),
                       "index_select: index 4 is outside of dimension 1 of [2,4]", ValueError);
  CHECK_THROWS_AS(index_select(x, 1, Tensor<std::int64_t>(Shape{1, 1})), ShapeError);
  CHECK_THROWS_AS(index_select(x, 2, Tensor<std::int64_t>::of({0})), ShapeError);
}

}  // namespace take_test
