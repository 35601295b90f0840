// Straight-through: the hard value forward, the soft derivative back.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/softmax.hpp>
#include <adafuse/ops/straight_through.hpp>

namespace straight_through_test {

using namespace adafuse;

TEST_CASE("hard_one_hot: a single 1 at the first maximum, along any dimension") {
  const auto soft = Tensor<float>::of({{0.2f, 0.5f, 0.5f}, {0.4f, 0.4f, 0.2f}});
  const auto rows = hard_one_hot(soft, -1), columns = hard_one_hot(soft, 0);
  const std::vector<float> by_row = {0, 1, 0, 1, 0, 0}, by_column = {0, 1, 1, 1, 0, 0};
  CHECK(std::equal(by_row.begin(), by_row.end(), rows.begin()));
  CHECK(std::equal(by_column.begin(), by_column.end(), columns.begin()));
  CHECK_THROWS_AS(hard_one_hot(soft, 2), ShapeError);
  CHECK_THROWS_AS(hard_one_hot(Tensor<float>({2, 0}), 1), ShapeError);
}

TEST_CASE("straight_through: the value is exactly hard, the gradient exactly that of soft") {
  const auto logits = parameter(Tensor<double>::randn({4, 3}, Key(1)));
  const auto dy = Tensor<double>::randn({4, 3}, Key(2));
  const auto soft = softmax(logits, 1);
  const auto hard = hard_one_hot(soft, 1);
  const auto y = straight_through(hard, soft);
  CHECK(std::equal(hard.begin(), hard.end(), y.value().begin()));
  const auto through = grad<double>({y}, {logits}, {.grad_outputs = {dy}, .retain_graph = true});
  const auto direct = grad<double>({soft}, {logits}, {.grad_outputs = {dy}});
  CHECK(
      std::equal(through[0].value().begin(), through[0].value().end(), direct[0].value().begin()));
}

TEST_CASE("straight_through: nothing flows to the hard value") {
  const auto hard = parameter(Tensor<float>::ones({2})), soft = parameter(Tensor<float>({2}));
  backward(straight_through(hard, soft), Tensor<float>::ones({2}));
  CHECK(soft.grad().value()(0) == 1);
  CHECK(!hard.grad().defined());
  CHECK_THROWS_AS(straight_through(hard, Variable<float>(Tensor<float>({3}))), ShapeError);
}

}  // namespace straight_through_test
