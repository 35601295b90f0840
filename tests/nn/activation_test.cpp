// Activations as layers are the ops of the same names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/activation.hpp>
#include <adafuse/nn/state.hpp>

namespace activation_test {

using namespace adafuse;

TEST_CASE("activation layers: relu and tanh, without any state") {
  const auto x = Tensor<float>::of({-2, 0, 3});
  nn::Context<float> ctx;
  const auto y = nn::Relu<float>().forward(x, ctx).value();
  const auto z = nn::Tanh<float>().forward(x, ctx).value();
  CHECK(y(0) == 0);
  CHECK(y(2) == 3);
  CHECK(z(0) == doctest::Approx(std::tanh(-2.)));
  CHECK(z(1) == 0);
  CHECK(nn::state(nn::Relu<float>()).empty());
  CHECK(nn::state(nn::Tanh<float>()).empty());
}

}  // namespace activation_test
