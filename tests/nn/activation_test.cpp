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

TEST_CASE("activation layers: the ops with their options") {
  const auto x = Tensor<double>::of({-4, -1, -0.5, 0, 0.5, 3, 7});
  nn::Context<double> ctx;
  const auto check = [&](const char* name, const auto& layer, const Variable<double>& expected) {
    CAPTURE(name);
    const auto y = layer.forward(x, ctx);
    CHECK(std::equal(y.value().begin(), y.value().end(), expected.value().begin()));
  };
  check("Sigmoid", nn::Sigmoid<double>(), sigmoid(x));
  check("Relu6", nn::Relu6<double>(), relu6(x));
  check("Silu", nn::Silu<double>(), silu(x));
  check("Mish", nn::Mish<double>(), mish(x));
  check("Selu", nn::Selu<double>(), selu(x));
  check("Hardswish", nn::Hardswish<double>(), hardswish(x));
  check("LogSigmoid", nn::LogSigmoid<double>(), log_sigmoid(x));
  check("Gelu", nn::Gelu<double>(), gelu(x));
  check("Gelu, tanh", nn::Gelu<double>{.approximate = Approximate::tanh},
        gelu(x, {.approximate = Approximate::tanh}));
  check("LeakyRelu", nn::LeakyRelu<double>(), leaky_relu(x));
  check("LeakyRelu 0.2", nn::LeakyRelu<double>{.negative_slope = 0.2},
        leaky_relu(x, {.negative_slope = 0.2}));
  check("Elu", nn::Elu<double>{.alpha = 2}, elu(x, {.alpha = 2}));
  check("Softplus", nn::Softplus<double>{.beta = 2, .threshold = 3},
        softplus(x, {.beta = 2, .threshold = 3}));
}

TEST_CASE("Prelu: starts at 0.25, learns, and has a weight for each channel if asked") {
  const nn::Prelu<double> one, each({.channels = 2, .start = 0.5});
  nn::Context<double> ctx;
  const auto x = Tensor<double>::of({{-1, -2}, {3, -4}});
  const auto y = one.forward(x, ctx).value();
  CHECK(y(0, 1) == -0.5);
  CHECK(y(1, 0) == 3);
  backward(each.forward(x, ctx), Tensor<double>::ones({2, 2}));
  CHECK(each.weight.grad().value()(0) == -1);
  CHECK(each.weight.grad().value()(1) == -6);
  CHECK_THROWS_AS(nn::Prelu<double>({.channels = 0}), ValueError);
}

}  // namespace activation_test
