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

TEST_CASE("golden: AMSGrad takes PyTorch's path, as Adam and as AdamW") {
  for (int number = 0; number < 2; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("amsgrad.", number)};
    const auto options = c["options"];
    golden::check_trajectory(c, options(0), [&](auto groups) {
      return Adam(std::move(groups),
                  {.beta2 = 0.5, .decoupled_decay = options(1) != 0, .amsgrad = true});
    });
  }
}

TEST_CASE("AMSGrad: after a large gradient small ones move less than Adam's, which forgets it") {
  const auto last_step = [](bool amsgrad) {
    const auto p = parameter(Tensor<double>::of({0}));
    Adam adam({{.parameters = {p}}}, {.beta1 = 0, .beta2 = 0.1, .amsgrad = amsgrad});
    p.set_grad(Tensor<double>::of({100}));
    adam.step(0.1);
    p.set_grad(Tensor<double>::of({1}));
    for (int step = 0; step < 20; ++step) adam.step(0.1);
    const double before = p.value()(0);
    adam.step(0.1);
    return before - p.value()(0);
  };
  CHECK(last_step(false) == doctest::Approx(0.1));
  // The largest v was 0.9 * 100^2.
  CHECK(last_step(true) == doctest::Approx(0.1 / std::sqrt(9000)));
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

TEST_CASE_TEMPLATE("Adam: the first step is as long as the rate for every beta", T, float, double) {
  for (const double beta1 : {0.0, 0.9, 0.9999999})
    for (const double beta2 : {0.0, 0.999, 0.9999, 0.99999, 0.999999, 0.9999999}) {
      const auto p = parameter(Tensor<T>::of({1}));
      p.set_grad(Tensor<T>::of({T(0.5)}));
      optim::Adam<T> adam({{.parameters = {p}}}, {.beta1 = beta1, .beta2 = beta2});
      adam.step(0.1);
      CAPTURE(beta1);
      CAPTURE(beta2);
      CHECK(p.value()(0) == doctest::Approx(0.9).epsilon(1e-7));
    }
}

TEST_CASE("Adam: the running square of a steady gradient is its square, for a beta near 1 too") {
  // With v <- b v + (1 - b) g^2, v is (1 - b^t) g^2 after t steps. A float b = 1 - 1e-6 is 4.6 %
  // nearer to 1 than that.
  const auto p = parameter(Tensor<float>::of({1}));
  const double beta = 1 - 1e-6;
  optim::Adam<float> adam({{.parameters = {p}}}, {.beta2 = beta});
  p.set_grad(Tensor<float>::of({1}));
  constexpr int steps = 300000;
  for (int i = 0; i < steps; ++i) adam.step(0);
  CHECK(adam.state().at("second.0")(0) == doctest::Approx(1 - std::pow(beta, steps)).epsilon(2e-3));
}

TEST_CASE("AdamW: a decay too small to be told from 1 still counts beside the step") {
  // Below 1 floats are `unit` apart. A decay of 0.4 of them is lost in 1 - rate decay, but with a
  // step of 671.3 it makes 671.7.
  constexpr double unit = 0x1p-24, rate = 671.3 * unit;
  const auto p = parameter(Tensor<float>::of({1}));
  auto adam = optim::adam_w<float>({{.parameters = {p}, .weight_decay = 0.4 * unit / rate}});
  p.set_grad(Tensor<float>::of({1}));
  adam.step(rate);
  CHECK(p.value()(0) == static_cast<float>(1 - 672 * unit));
}

TEST_CASE("Adam: betas are in [0, 1) and eps is positive") {
  CHECK_THROWS_AS(Adam({}, {.beta1 = 1}), ValueError);
  CHECK_THROWS_AS(Adam({}, {.beta2 = -0.5}), ValueError);
  CHECK_THROWS_AS(Adam({}, {.eps = 0}), ValueError);
  // What rounds to 1, or to 0, is not what was asked for.
  CHECK_THROWS_AS(optim::Adam<float>({}, {.beta1 = 1 - 1e-8}), ValueError);
  CHECK_THROWS_AS(optim::Adam<float>({}, {.beta2 = 1 - 1e-8}), ValueError);
  CHECK_THROWS_AS(optim::Adam<float>({}, {.eps = 1e-50}), ValueError);
  CHECK_NOTHROW(Adam({}, {.beta1 = 1 - 1e-8, .beta2 = 1 - 1e-8, .eps = 1e-50}));
}

}  // namespace adam_test
