// RMSprop against PyTorch: plain, with momentum, centered.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/rmsprop.hpp>

#include "trajectory.hpp"

namespace rmsprop_test {

using namespace adafuse;
using RMSprop = optim::RMSprop<double>;

TEST_CASE("golden: RMSprop takes PyTorch's path, with momentum and centered, with decay") {
  for (int number = 0; number < 3; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("rmsprop.", number)};
    const auto options = c["options"];
    golden::check_trajectory(c, options(0), [&](auto groups) {
      return RMSprop(std::move(groups),
                     {.alpha = options(1), .momentum = options(2), .centered = options(3) != 0});
    });
  }
}

TEST_CASE("RMSprop: steps are as long for a gradient that is a million times larger") {
  const auto small = parameter(Tensor<double>::of({0})), large = parameter(Tensor<double>::of({0}));
  RMSprop rmsprop({{.parameters = {small, large}}}, {.alpha = 0.5});
  for (int step = 0; step < 60; ++step) {
    small.set_grad(Tensor<double>::of({1}));
    large.set_grad(Tensor<double>::of({1e6}));
    rmsprop.step(0.1);
  }
  CHECK(large.value()(0) == doctest::Approx(small.value()(0)));
}

TEST_CASE("RMSprop: centered, a steady gradient never makes a NaN of rounding") {
  const auto p = parameter(Tensor<float>::of({0}));
  optim::RMSprop<float> rmsprop({{.parameters = {p}}}, {.alpha = 0.5, .centered = true});
  for (int step = 0; step < 200; ++step) {
    p.set_grad(Tensor<float>::of({0.1f}));
    rmsprop.step(1e-9);
    REQUIRE(std::isfinite(p.value()(0)));
  }
}

TEST_CASE("RMSprop: saves what it needs and no more") {
  const auto p = parameter(Tensor<double>::ones({2}));
  const auto names = [&](optim::RMSpropOptions options) {
    RMSprop rmsprop({{.parameters = {p}}}, options);
    p.set_grad(Tensor<double>::ones({2}));
    rmsprop.step(0.1);
    return rmsprop.state().size();
  };
  CHECK(names({}) == 1);
  CHECK(names({.momentum = 0.5}) == 2);
  CHECK(names({.momentum = 0.5, .centered = true}) == 3);
}

TEST_CASE("RMSprop: shares are in [0, 1) and eps is positive") {
  CHECK_THROWS_AS(RMSprop({}, {.alpha = 1}), ValueError);
  CHECK_THROWS_AS(RMSprop({}, {.momentum = -0.1}), ValueError);
  CHECK_THROWS_AS(RMSprop({}, {.eps = 0}), ValueError);
  CHECK_THROWS_AS(optim::RMSprop<float>({}, {.alpha = 1 - 1e-9}), ValueError);
}

}  // namespace rmsprop_test
