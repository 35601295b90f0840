// Lesson 10: a variational autoencoder finds the two numbers behind an image.
//
// The images are 8 x 8 spots, and two numbers say where a spot is. The encoder gives a mean and a
// variance for each of two hidden numbers, a sample of them goes to the decoder (mean + deviation *
// noise: the noise needs no gradient), and training minimises the bits of the image given the code
// plus those of the code itself (its divergence from a standard normal).
// Prints whether new images come back from their codes, and whether codes that are made up decode
// to spots as well.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;

/// Spots [N, 64] in [0, 1].
Tensor<float> spots(Index count, Key key) {
  const auto y = Tensor<float>::uniform({count, 1, 1}, key.of("y"), 2, 5);
  const auto x = Tensor<float>::uniform({count, 1, 1}, key.of("x"), 2, 5);
  const auto at = Tensor<float>::arange(8);
  const auto distance = square(at.reshape({8, 1}) - y) + square(at - x);  // [N, 8, 8]
  return exp(-distance / 3).value().reshape({count, 64});
}

int main() {
  const Key seed(10);
  const nn::Sequential encoder(nn::Linear<float>({.in = 64, .out = 64}, seed.of("e1")),
                               nn::Relu<float>(),
                               nn::Linear<float>({.in = 64, .out = 4}, seed.of("e2")));
  const nn::Sequential decoder(nn::Linear<float>({.in = 2, .out = 64}, seed.of("d1")),
                               nn::Relu<float>(),
                               nn::Linear<float>({.in = 64, .out = 64}, seed.of("d2")));
  auto adam = optim::Adam<float>({{nn::parameters(encoder)}, {nn::parameters(decoder)}});
  nn::Context<float> ctx;
  for (unsigned step = 0; step < 600; ++step) {
    const auto x = spots(64, seed.of("images").of(step));
    const auto code = chunk(encoder.forward(x, ctx), 2, 1);  // mean, log of the variance: [N, 2]
    const auto noise = Tensor<float>::randn({64, 2}, seed.of("noise").of(step));
    const auto logits = decoder.forward(code[0] + exp(0.5 * code[1]) * noise, ctx);
    const auto image = binary_cross_entropy_with_logits(logits, x, {.reduction = Reduction::sum});
    const auto divergence = -0.5 * sum(1 + code[1] - square(code[0]) - exp(code[1]));
    adam.zero_grad();
    backward((image + divergence) / 64);
    adam.step(3e-3);
  }

  const NoGrad guard;
  const auto x = spots(200, seed.of("test"));
  const auto back = sigmoid(decoder.forward(chunk(encoder.forward(x, ctx), 2, 1)[0], ctx));
  const auto made = sigmoid(decoder.forward(Tensor<float>::randn({200, 2}, seed), ctx));
  const auto yes = [](bool it_is) { return it_is ? "yes\n" : "no\n"; };
  std::cout << "new images come back: " << yes(l1_loss(back, x).item() < 0.05f)
            << "made up codes decode to spots: " << yes(mean(max(made, 1)).item() > 0.8f);
}
