// Adagrad against PyTorch.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/adagrad.hpp>

#include "trajectory.hpp"

namespace adagrad_test {

using namespace adafuse;
using Adagrad = optim::Adagrad<double>;

TEST_CASE("golden: Adagrad takes PyTorch's path, with a rate that decays and a sum that is there") {
  for (int number = 0; number < 2; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("adagrad.", number)};
    const auto options = c["options"];
    golden::check_trajectory(c, options(0), [&](auto groups) {
      return Adagrad(std::move(groups),
                     {.rate_decay = options(1), .initial_accumulator_value = options(2)});
    });
  }
}

TEST_CASE("Adagrad: step t of a steady gradient is rate / sqrt(t)") {
  const auto p = parameter(Tensor<double>::of({0}));
  Adagrad adagrad({{.parameters = {p}}});
  double expected = 0;
  for (int t = 1; t <= 20; ++t) {
    p.set_grad(Tensor<double>::of({3}));
    adagrad.step(0.1);
    expected -= 0.1 / std::sqrt(t);
  }
  CHECK(p.value()(0) == doctest::Approx(expected));
}

TEST_CASE("Adagrad: no option is negative, and eps is positive") {
  CHECK_THROWS_AS(Adagrad({}, {.rate_decay = -1}), ValueError);
  CHECK_THROWS_AS(Adagrad({}, {.initial_accumulator_value = -1}), ValueError);
  CHECK_THROWS_AS(Adagrad({}, {.eps = 0}), ValueError);
  CHECK_THROWS_AS(optim::Adagrad<float>({}, {.eps = 1e-50}), ValueError);
}

}  // namespace adagrad_test
