// Lesson 5: choosing at random, with a gradient.
//
// An agent must pick one of three actions. A sample has no derivative; the Gumbel-softmax has one:
// add Gumbel noise to the logits, and the largest is a sample from their softmax. In place of the
// largest a softmax at temperature tau is differentiable, and straight-through uses the hard choice
// on the way forward and the soft one's gradient on the way back.
//
// Prints: the shares of 100,000 samples beside the probabilities; what a lower temperature does to
// the soft samples; and that the hard sample has the soft sample's gradient.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/gumbel.hpp>
#include <adafuse/ops/reduce.hpp>
#include <cmath>
#include <cstdio>

using namespace adafuse;

int main() {
  const Key seed(5);
  const Index count = 100'000;
  const double p[] = {0.2, 0.3, 0.5};
  Tensor<double> logits({count, 3});
  for (Index i = 0; i < logits.size(); ++i) logits.data()[i] = std::log(p[i % 3]);

  // Hard samples are one-hot rows: their mean is how often each action was taken.
  const auto samples = gumbel_softmax(logits, seed.of("samples"));
  const auto shares = mean(samples, 0);
  std::printf("probabilities       %.2f %.2f %.2f\n", p[0], p[1], p[2]);
  std::printf("shares of samples   %.2f %.2f %.2f\n", shares.value()(0), shares.value()(1),
              shares.value()(2));

  // The temperature: hot samples are washed out, cold ones nearly one-hot. The gradient through a
  // cold one is rarely large and mostly nothing; the paper settles on 0.67. One key, so that all
  // three have the same noise: only the temperature differs.
  std::printf("tau   mean of the largest entry\n");
  for (const double tau : {5.0, 0.67, 0.05}) {
    const auto soft = gumbel_softmax(logits, seed.of("noise"), {.temperature = tau, .hard = false});
    std::printf("%.2f  %.2f\n", tau, mean(max(soft, 1)).item());
  }

  // One decision, worth[k] each: the gradient of the worth says how to move the logits. Both ways
  // see the same noise; training draws with another key in each step, `seed.of("noise").of(step)`.
  const auto worth = Tensor<double>::of({1.0, 0.0, 2.0});
  const auto theta = parameter(Tensor<double>::of({0.0, 0.5, 1.0}));
  const auto gradient = [&](bool hard) {
    const auto action = gumbel_softmax(theta, seed.of("one"), {.hard = hard});
    if (hard)
      std::printf("a decision          %.0f %.0f %.0f\n", action.value()(0), action.value()(1),
                  action.value()(2));
    return grad<double>({sum(action * worth)}, {theta})[0].value();
  };
  const auto through_hard = gradient(true), through_soft = gradient(false);
  double apart = 0, size = 0;
  for (Index k = 0; k < 3; ++k) {
    apart = std::max(apart, std::abs(through_hard(k) - through_soft(k)));
    size = std::max(size, std::abs(through_hard(k)));
  }
  std::printf("its gradient is %s and %s the soft sample's\n", size > 0.01 ? "not zero" : "zero",
              apart < 1e-12 ? "equal to" : "different from");
}
