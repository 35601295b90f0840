// Lesson 15: the largest curvature of a loss, without its Hessian.
//
// The Hessian of n parameters has n^2 elements, but its product with a vector costs a few walks
// back (`hvp`). Products are all that power iteration needs: v <- H v / |H v| turns towards the
// direction in which the loss is curved most, and |H v| becomes that curvature. Gradient descent
// falls to the minimum where its rate is below 2 / curvature, and runs away above.
// Prints the largest eigenvalue of a least-squares problem's Hessian, whether the whole Hessian
// agrees, and where gradient descent goes at 0.95 and at 1.05 times that rate.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <cstdio>

using namespace adafuse;

int main() {
  const Key seed(15);
  const Index count = 100, size = 20;
  const auto x = Tensor<double>::randn({count, size}, seed.of("x"));
  const auto y = Tensor<double>::randn({count}, seed.of("y"));
  const auto loss = [&](const Variable<double>& w) { return mse_loss(matmul(x, w), y); };

  const Tensor<double> w({size});
  auto v = normalize(Tensor<double>::randn({size}, seed.of("v")), {.dim = 0}).value();
  double curvature = 0;
  for (int k = 0; k < 200; ++k) {
    const auto product = hvp(loss, w, v).second;
    curvature = norm(product).item();
    v = product.value() / curvature;
  }
  std::printf("the largest curvature is %.3f\n", curvature);

  const auto whole = hessian(loss, w);  // [size, size], of as many walks as there are parameters
  const double apart = norm(matmul(whole, v) - curvature * v).item();
  std::printf("the whole Hessian agrees: %s\n", apart < 1e-6 ? "yes" : "no");

  for (const double share : {0.95, 1.05}) {
    const auto walking = parameter(w.clone());
    optim::Sgd<double> sgd({{{walking}}});
    const double before = loss(walking).item();
    for (int step = 0; step < 400; ++step) {
      sgd.zero_grad();
      backward(loss(walking));
      sgd.step(share * 2 / curvature);
    }
    std::printf("at %.2f times the bound the loss %s\n", share,
                loss(walking).item() < before ? "falls" : "grows");
  }
}
