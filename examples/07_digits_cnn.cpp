// Lesson 7: a convolutional network reads digits.
//
// The digits are drawn here: three by five points, enlarged, somewhere in the image, of any
// brightness, in noise. Two convolutions with batch norm and pooling, then a linear layer.
// Prints whether it reads more than 97 % of digits that it has not seen.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;

/// Images [N, 1, 12, 12] and what they show, [N].
std::pair<Tensor<float>, Tensor<std::int64_t>> draw(Index count, Key key) {
  // Three bits a row, an octal digit: 0 is 111, 101, 101, 101, 111.
  const int font[] = {075557, 026227, 071747, 071717, 055711,
                      074717, 074757, 071111, 075757, 075717};
  auto images = 0.1 * Tensor<float>::randn({count, 1, 12, 12}, key.of("noise"));
  const auto labels = randint(10, {count}, key.of("labels"));
  Draws draws(key.of("places"));
  for (Index n = 0; n < count; ++n) {
    const Index top = draws.integer(3), left = draws.integer(7);
    const auto ink = static_cast<float>(draws.uniform(0.5, 1.5));
    for (Index i = 0; i < 10; ++i)
      for (Index j = 0; j < 6; ++j)
        if (font[labels(n)] >> (14 - i / 2 * 3 - j / 2) & 1) images(n, 0, top + i, left + j) += ink;
  }
  return {images, labels};
}

int main() {
  const Key seed(7);
  const auto [images, labels] = draw(1000, seed.of("train"));
  const data::TensorDataset samples(images, labels);
  const data::DataLoader loader(samples, {.batch_size = 50, .shuffle = true, .key = seed});

  const nn::Sequential net(
      nn::Conv2d<float>({.in = 1, .out = 8, .kernel = 3, .padding = 1}, seed.of("conv1")),
      nn::BatchNorm2d<float>({.channels = 8}), nn::Relu<float>(),
      nn::MaxPool2d<float>{{.kernel = 2}},
      nn::Conv2d<float>({.in = 8, .out = 16, .kernel = 3, .padding = 1}, seed.of("conv2")),
      nn::BatchNorm2d<float>({.channels = 16}), nn::Relu<float>(),
      nn::MaxPool2d<float>{{.kernel = 2}}, nn::Flatten<float>(),
      nn::Linear<float>({.in = 144, .out = 10}, seed.of("linear")));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  unsigned step = 0;
  for (Index epoch = 0; epoch < 3; ++epoch)
    for (const auto& [x, label] : loader.epoch(epoch)) {
      nn::Context<float> ctx(/*is_training=*/true, seed.of("noise").of(step++));
      adam.zero_grad();
      backward(cross_entropy(net.forward(x, ctx), label));
      adam.step(0.01);
    }

  const NoGrad guard;
  nn::Context<float> ctx;  // evaluation: batch norm uses its running statistics
  const auto [x, label] = draw(500, seed.of("test"));
  const auto right = eq(argmax(net.forward(x, ctx), 1), label);
  std::cout << "more than 97 % of new digits are read: "
            << (mean(right.cast<float>()).item() > 0.97f ? "yes" : "no") << "\n";
}
