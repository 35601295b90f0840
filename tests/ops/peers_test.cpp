// Sums over the processes that share a batch, of one process alone; of several: tests/distributed.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/peers.hpp>
#include <adafuse/ops/reduce.hpp>

namespace peers_test {

using namespace adafuse;

TEST_CASE("sum_over: of one rank it is a copy, an operation like others") {
  const Alone alone;
  const auto x = parameter(Tensor<double>::of({3, 4}));
  for (const auto& y : {sum_over(alone, x), mean_over(alone, x)}) {
    CHECK(y.requires_grad());
    CHECK_FALSE(y.is_leaf());
    CHECK_FALSE(y.value().shares_with(x.value()));
    CHECK(y.value()(1) == 4);
    CHECK(grad(sum(y * 2.0), x).value()(0) == 2);
  }
  const auto y = sum_over(alone, x);
  y.add_hook([](const Variable<double>& dy) { return dy * 10.0; });
  CHECK(grad(sum(y + x), x).value()(0) == 11);
}

TEST_CASE("mean_over: a baseline under NoGrad is a constant, and stays when x is stepped") {
  const auto cost = parameter(Tensor<double>::scalar(3));
  Variable<double> baseline;
  {
    const NoGrad guard;
    baseline = mean_over(Alone(), cost);
  }
  CHECK_FALSE(baseline.requires_grad());
  const auto advantage = cost - baseline + 1.0;
  CHECK(grad(advantage * advantage, cost).item() == 2);
  {
    const NoGrad guard;
    cost.mutable_value().fill(100);
  }
  CHECK(baseline.item() == 3);
}

}  // namespace peers_test
