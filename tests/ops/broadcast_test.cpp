// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/broadcast.hpp>

namespace broadcast_test {

using namespace adafuse;

TEST_CASE("broadcast_to: repeats where the size is 1 or missing") {
  const auto y = broadcast_to(Tensor<float>::of({1, 2}).reshape({2, 1}), {2, 2, 3}).value();
  CHECK(y.shape() == Shape{2, 2, 3});
  for (Index i = 0; i < 2; ++i)
    for (Index k = 0; k < 3; ++k) CHECK((y(i, 0, k) == 1 && y(i, 1, k) == 2));
}

TEST_CASE("broadcast_to and sum_to: to the same shape they return their operand") {
  const auto x = parameter(Tensor<float>::of({1, 2}));
  CHECK(broadcast_to(x, {2}).node() == x.node());
  CHECK(sum_to(x, {2}).node() == x.node());
  CHECK(sum_to(x, {2}).value().data() == x.value().data());
}

TEST_CASE("sum_to: is the transpose of broadcast_to") {
  const auto x = Tensor<double>::randn({3, 1, 5}, Key(1)),
             y = Tensor<double>::randn({2, 3, 4, 5}, Key(2));
  const auto wide = broadcast_to(x, y.shape()).value(), narrow = sum_to(y, x.shape()).value();
  double left = 0, right = 0;
  for (Index i = 0; i < y.size(); ++i) left += wide.data()[i] * y.data()[i];
  for (Index i = 0; i < x.size(); ++i) right += narrow.data()[i] * x.data()[i];
  CHECK(left == doctest::Approx(right));
}

TEST_CASE("broadcast_to and sum_to: shapes that do not fit are told") {
  const Tensor<float> x(Shape{2, 3});
  CHECK_THROWS_WITH_AS(broadcast_to(x, {2, 1}), "broadcast_to: [2,3] does not broadcast to [2,1]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {3}), "broadcast_to: [2,3] does not broadcast to [3]",
                       ShapeError);
  CHECK_THROWS_AS(broadcast_to(x, {2, 4}), ShapeError);
  CHECK_THROWS_WITH_AS(sum_to(x, {5, 2, 3}), "sum_to: [5,2,3] does not broadcast to [2,3]",
                       ShapeError);
  CHECK_THROWS_AS(sum_to(x, {2, 4}), ShapeError);
}

}  // namespace broadcast_test
