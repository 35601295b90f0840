// SGD against PyTorch: plain, with momentum, with Nesterov's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/sgd.hpp>

#include "trajectory.hpp"

namespace sgd_test {

using namespace adafuse;
using Sgd = optim::Sgd<double>;

TEST_CASE("golden: SGD takes PyTorch's path, with and without momentum and Nesterov, with decay") {
  for (int number = 0; number < 3; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("optimizer.", number)};
    const auto options = c["options"];
    REQUIRE(options(0) == 0);
    golden::check_trajectory(c, [&](auto groups) {
      return Sgd(std::move(groups), {.momentum = options(2), .nesterov = options(3) != 0});
    });
  }
}

TEST_CASE("Sgd: without momentum there is nothing to save") {
  const auto p = parameter(Tensor<double>::ones({2}));
  p.set_grad(Tensor<double>::ones({2}));
  Sgd plain({{.parameters = {p}}}), heavy({{.parameters = {p}}}, {.momentum = 0.9});
  plain.step(0.1), heavy.step(0.1);
  CHECK(plain.state().empty());
  CHECK(heavy.state().count("momentum.0") == 1);
}

TEST_CASE("Sgd: momentum is in [0, 1), and Nesterov needs some") {
  CHECK_THROWS_AS(Sgd({}, {.momentum = 1}), ValueError);
  CHECK_THROWS_AS(Sgd({}, {.momentum = -0.1}), ValueError);
  CHECK_THROWS_AS(Sgd({}, {.nesterov = true}), ValueError);
}

TEST_CASE("Sgd: a momentum that rounds to 1 would never forget, and is refused") {
  CHECK_THROWS_AS(optim::Sgd<float>({}, {.momentum = 1 - 1e-9}), ValueError);
  CHECK_NOTHROW(optim::Sgd<double>({}, {.momentum = 1 - 1e-9}));
}

}  // namespace sgd_test
