// Lesson 11: a Wasserstein GAN with gradient penalty.
//
// A generator turns noise into points, a critic tells them from real ones, which lie on a circle;
// each learns from the other. The critic must not be steeper than 1, so (|dcritic/dx| - 1)^2 is
// added to its loss, at points between real and false ones. That is a derivative inside of a loss:
// `grad` with create_graph records how it was computed, and backward goes through it once more.
// Prints whether the points that are generated lie near the circle, and all around it.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>
#include <numbers>

using namespace adafuse;
constexpr Index batch = 64;

Tensor<float> on_circle(Key key) {
  const auto angle = Tensor<float>::uniform({batch, 1}, key, 0, 2 * std::numbers::pi_v<float>);
  return cat({cos(angle), sin(angle)}, 1).value();
}

auto three_layers(Index in, Index out, Key key) {
  return nn::Sequential(nn::Linear<float>({.in = in, .out = 32}, key.of("0")),
                        nn::LeakyRelu<float>{.negative_slope = 0.2},
                        nn::Linear<float>({.in = 32, .out = 32}, key.of("2")),
                        nn::LeakyRelu<float>{.negative_slope = 0.2},
                        nn::Linear<float>({.in = 32, .out = out}, key.of("4")));
}

int main() {
  const Key seed(11);
  const auto generator = three_layers(2, 2, seed.of("generator"));
  const auto critic = three_layers(2, 1, seed.of("critic"));
  auto adam_g = optim::Adam<float>({{nn::parameters(generator)}}, {.beta1 = 0.5, .beta2 = 0.9});
  auto adam_c = optim::Adam<float>({{nn::parameters(critic)}}, {.beta1 = 0.5, .beta2 = 0.9});
  const auto rate = optim::polynomial(5e-3, {.steps = 1200});  // falls to 0
  nn::Context<float> ctx;
  const auto generate = [&](Key key) {
    return generator.forward(Tensor<float>::randn({batch, 2}, key), ctx);
  };
  for (unsigned step = 0; step < 1200; ++step) {
    const Key key = seed.of("steps").of(step);
    const auto real = on_circle(key.of("real")), fake = generate(key.of("fake")).value();
    const auto share = Tensor<float>::uniform({batch, 1}, key.of("share"));
    const auto between = parameter(share * real + (1 - share) * fake);
    const auto slope =
        grad<float>({sum(critic.forward(between, ctx))}, {between}, {.create_graph = true})[0];
    const auto penalty = mean(square(norm(slope, 1) - 1));
    adam_c.zero_grad();
    backward(mean(critic.forward(fake, ctx)) - mean(critic.forward(real, ctx)) + penalty);
    adam_c.step(rate(step));
    if (step % 3 != 2) continue;  // three steps of the critic for one of the generator
    adam_g.zero_grad();
    backward(-mean(critic.forward(generate(key.of("again")), ctx)));
    adam_g.step(rate(step));
  }
  const auto points = generate(seed.of("test")).detach();
  const float away = mean(abs(norm(points, 1) - 1)).item(), centre = norm(mean(points, 0)).item();
  std::cout << "near the circle: " << (away < 0.15f ? "yes" : "no") << "\n"
            << "all around it: " << (centre < 0.3f ? "yes" : "no") << "\n";
}
