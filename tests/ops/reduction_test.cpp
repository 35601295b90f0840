// Reductions of losses: all of them, their mean, their sum.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/loss.hpp>
#include <adafuse/ops/reduction.hpp>

namespace reduction_test {

using namespace adafuse;

TEST_CASE("reduction: none keeps the elements, sum adds them, mean divides by their count") {
  const auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}}), zero = Tensor<float>({2, 3});
  CHECK(l1_loss(x, zero, {.reduction = Reduction::none}).shape() == Shape{2, 3});
  CHECK(l1_loss(x, zero, {.reduction = Reduction::sum}).item() == 21);
  CHECK(l1_loss(x, zero, {.reduction = Reduction::mean}).item() == 3.5f);
  CHECK(l1_loss(x, zero).item() == 3.5f);
}

TEST_CASE("reduction: of nothing the sum is 0 and the mean NaN") {
  const Tensor<float> x({0, 3});
  CHECK(mse_loss(x, x, {.reduction = Reduction::sum}).item() == 0);
  CHECK(std::isnan(mse_loss(x, x).item()));
  CHECK(mse_loss(x, x, {.reduction = Reduction::none}).shape() == Shape{0, 3});
}

TEST_CASE("reduction: batchmean is for kl_div alone") {
  const Tensor<float> x({2, 3});
  CHECK_THROWS_WITH_AS(mse_loss(x, x, {.reduction = Reduction::batchmean}),
                       "mse_loss: reduction is none, mean or sum; batchmean is for kl_div",
                       ValueError);
  CHECK(kl_div(x, Tensor<float>::ones({2, 3}), {.reduction = Reduction::batchmean}).item() == 0);
}

}  // namespace reduction_test
