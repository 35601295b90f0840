// Lesson 2: backward, by hand and by the library.
//
// One neuron, y = tanh(w x + b), and its error L = (y - target)^2. The chain rule, written out:
//   dL/dy = 2 (y - target),   dL/dz = dL/dy (1 - y^2)   with z = w x + b,
//   dL/dw = dL/dz x,          dL/db = dL/dz.
// Prints both derivatives twice, by these lines and by `backward`; then what a second backward
// adds, the second derivative d2L/dw2, and what a constant does.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/autograd.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <cmath>
#include <cstdio>

using namespace adafuse;

int main() {
  const double x = 0.5, target = 0.8, w0 = 1.2, b0 = -0.3;

  // By hand.
  const double y = std::tanh(w0 * x + b0);
  const double dz = 2 * (y - target) * (1 - y * y);
  const double dw = dz * x, db = dz;

  // By the library. A parameter is where a history begins: each operation on it records how a
  // gradient comes back through it. Plain numbers are constants.
  const auto w = parameter(Tensor<double>::scalar(w0));
  const auto b = parameter(Tensor<double>::scalar(b0));
  const auto loss = [&] {
    const auto error = tanh(w * x + b) - target;
    return error * error;
  };
  backward(loss());

  std::printf("         by hand   backward\n");
  std::printf("dL/dw  %9.4f  %9.4f\n", dw, w.grad().item());
  std::printf("dL/db  %9.4f  %9.4f\n", db, b.grad().item());

  // Gradients add up over calls, as a batch that is cut into parts needs it; zero_grad starts anew.
  backward(loss());
  std::printf("after a second backward dL/dw is %.1f times as large\n", w.grad().item() / dw);
  w.zero_grad();

  // Pullbacks are made of the same operations, so a derivative can have a history of its own. With
  // y' = 1 - y^2:  d2L/dw2 = 2 x^2 (y'^2 - 2 y y' (y - target)).
  const double slope = 1 - y * y;
  const double second = 2 * x * x * (slope * slope - 2 * y * slope * (y - target));
  const auto first = grad<double>({loss()}, {w}, {.create_graph = true});
  const auto again = grad<double>({first[0]}, {w});
  std::printf("d2L/dw2 %8.4f  %9.4f\n", second, again[0].item());

  // Where no derivative is wanted none is prepared.
  const NoGrad guard;
  std::printf("under NoGrad the loss %s\n",
              loss().requires_grad() ? "has a history" : "is a constant");
}
