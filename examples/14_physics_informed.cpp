// Lesson 14: a network solves a differential equation.
//
//   u''(x) = -pi^2 sin(pi x) on [0, 1],   u(0) = u(1) = 0,   which sin(pi x) solves.
//
// No value of u is given. u(x) = x (1 - x) net(x) is 0 at both ends whatever the network says, and
// the loss is by how much u'' is wrong at 32 points. u'' is two calls of `grad`, and the gradient
// of the loss walks back through both. In double, by L-BFGS, as such problems are solved. Prints
// whether u is sin(pi x) up to 0.001 at points in between.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>
#include <numbers>

using namespace adafuse;

int main() {
  const double pi = std::numbers::pi;
  const Key seed(14);
  const nn::Sequential net(
      nn::Linear<double>({.in = 1, .out = 16}, seed.of("0")), nn::Tanh<double>(),
      nn::Linear<double>({.in = 16, .out = 16}, seed.of("2")), nn::Tanh<double>(),
      nn::Linear<double>({.in = 16, .out = 1}, seed.of("4")));
  nn::Context<double> ctx;
  const auto u = [&](const Variable<double>& x) { return x * (1 - x) * net.forward(x, ctx); };

  const auto points = Tensor<double>::arange(32).reshape({32, 1}) / 31;
  const auto wanted = -pi * pi * sin(pi * points);
  optim::Lbfgs<double> lbfgs(nn::parameters(net),
                             {.iterations = 100, .line_search = optim::LineSearch::strong_wolfe});
  lbfgs.step(1, [&] {
    const auto x = parameter(points);
    // Each u(x) depends on its own x alone, so the gradient of the sum is every derivative.
    const auto du = grad<double>({sum(u(x))}, {x}, {.create_graph = true})[0];
    const auto ddu = grad<double>({sum(du)}, {x}, {.create_graph = true})[0];
    const auto loss = mse_loss(ddu, wanted);
    lbfgs.zero_grad();
    backward(loss);
    return loss;
  });

  const NoGrad guard;
  const auto x = Tensor<double>::uniform({200, 1}, seed.of("test"));
  const double worst = max(abs(u(x) - sin(pi * x))).item();
  std::cout << "u is sin(pi x) up to 0.001: " << (worst < 0.001 ? "yes" : "no") << "\n";
}
