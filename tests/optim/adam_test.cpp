// Adam and AdamW against PyTorch.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/adam.hpp>

#include "trajectory.hpp"

namespace adam_test {

using namespace adafuse;
using Adam = optim::Adam<double>;

TEST_CASE("golden: Adam and AdamW take PyTorch's path, with decay") {
  REQUIRE(golden::Case{"optimizer.3"}["options"](0) == 1);
  golden::check_trajectory({"optimizer.3"}, [](auto groups) { return Adam(std::move(groups)); });
  REQUIRE(golden::Case{"optimizer.4"}["options"](0) == 2);
  golden::check_trajectory({"optimizer.4"},
                           [](auto groups) { return optim::adam_w<double>(std::move(groups)); });
}

TEST_CASE("Adam: the first step is as long as the rate, whatever the gradient") {
  for (const double gradient : {1e-3, 1.0, -1e3}) {
    const auto p = parameter(Tensor<double>::of({0}));
    p.set_grad(Tensor<double>::of({gradient}));
    Adam adam({{.parameters = {p}}});
    adam.step(0.1);
    CHECK(p.value()(0) == doctest::Approx(gradient > 0 ? -0.1 : 0.1).epsilon(1e-4));
  }
}

TEST_CASE("Adam: a parameter that joins late is corrected from its own first step") {
  const auto early = parameter(Tensor<double>::of({0})), late = parameter(Tensor<double>::of({0}));
  Adam adam({{.parameters = {early, late}}});
  early.set_grad(Tensor<double>::of({1}));
  for (int step = 0; step < 4; ++step) adam.step(0.1);
  late.set_grad(Tensor<double>::of({1}));
  adam.step(0.1);
  CHECK(late.value()(0) == doctest::Approx(-0.1));
}

TEST_CASE("Adam: betas are in [0, 1) and eps is positive") {
  CHECK_THROWS_AS(Adam({}, {.beta1 = 1}), ValueError);
  CHECK_THROWS_AS(Adam({}, {.beta2 = -0.5}), ValueError);
  CHECK_THROWS_AS(Adam({}, {.eps = 0}), ValueError);
}

}  // namespace adam_test
