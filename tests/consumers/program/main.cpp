// The program of docs/using.md: a gradient, a training, an answer.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <cstdio>

using namespace adafuse;

int main() {
  const auto x = parameter(Tensor<float>::of({1, 2, 3}));
  backward(sum(x * x));
  std::printf("gradient %.1f\n", static_cast<double>(x.grad().value()(2)));

  const nn::Linear<float> layer({.in = 2, .out = 1}, Key(1));
  auto adam = optim::Adam<float>({{nn::parameters(layer)}});
  const auto pairs = Tensor<float>::of({{0, 1}, {1, 0}, {1, 1}});
  const auto sums = Tensor<float>::of({{1}, {2}, {3}});  // 2a + b
  for (int step = 0; step < 1000; ++step) {
    const auto error = layer(pairs) - sums;
    adam.zero_grad();
    backward(mean(error * error));
    adam.step(0.1);
  }

  const NoGrad guard;
  const auto answer = layer(Tensor<float>::of({{2, 1}}));
  std::printf("trained %.1f\n", static_cast<double>(answer.value().item()));
}
