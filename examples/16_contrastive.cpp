// Lesson 16: contrastive learning: what makes two views of one thing alike, learnt without labels.
//
// A thing is a wave, the sum of four tones; a view of it is shifted by a random time, with noise.
// The encoder maps views to points on a sphere. In a batch of pairs each view has to tell its
// partner from all others: a softmax over cosine similarities with the partner as the label, both
// ways (InfoNCE). Prints how often the nearest of 64 second views belongs to the same thing, as the
// views are and as they are encoded.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>
#include <numbers>

using namespace adafuse;

constexpr Index batch = 64, length = 32;

/// Two views of each of 64 waves, [64, length] each.
std::pair<Tensor<float>, Tensor<float>> views(Key key) {
  const float around = 2 * std::numbers::pi_v<float>;
  const auto loud = Tensor<float>::uniform({batch, 4, 1}, key.of("loud"));
  const auto phase = Tensor<float>::uniform({batch, 4, 1}, key.of("phase"), 0, around);
  const auto shift = Tensor<float>::uniform({batch, 1, 1}, key.of("shift"), 0, length);
  const auto pitch = (Tensor<float>::arange(4) + 1).reshape({4, 1}) * (around / length);
  const auto view = [&](const auto& time, Key noise) {  // [..., length] -> [batch, length]
    const auto wave = sum(loud * sin(pitch * time + phase), 1);
    return (wave + 0.1 * Tensor<float>::randn({batch, length}, noise)).value();
  };
  const auto time = Tensor<float>::arange(length);
  return {view(time, key.of("noise 1")), view(time + shift, key.of("noise 2"))};
}

/// How often the most similar row of b is that of the same number.
float hits(const Variable<float>& a, const Variable<float>& b) {
  const auto nearest = argmax(matmul(normalize(a), normalize(b), {.transpose_b = true}), 1);
  return mean(eq(nearest, Tensor<std::int64_t>::arange(batch)).cast<float>()).item();
}

int main() {
  const Key seed(16);
  const nn::Conv1d<float> listen({.in = 1, .out = 32, .kernel = 9, .bias = true}, seed.of("1"));
  const nn::Linear<float> out({.in = 32, .out = 16}, seed.of("2"));
  const auto encode = [&](const Tensor<float>& x) {
    const auto around = pad(x.reshape({batch, 1, length}), {4, 4}, {.mode = PadMode::circular});
    return normalize(out(mean(relu(listen(around)), 2)));
  };
  auto adam = optim::Adam<float>({{nn::parameters(listen)}, {nn::parameters(out)}});
  const auto partner = Tensor<std::int64_t>::arange(batch);
  for (unsigned step = 0; step < 200; ++step) {
    const auto [first, second] = views(seed.of("steps").of(step));
    const auto alike = matmul(encode(first), encode(second), {.transpose_b = true}) / 0.1;
    adam.zero_grad();
    backward(cross_entropy(alike, partner) + cross_entropy(transpose(alike, 0, 1), partner));
    adam.step(5e-3);
  }
  const NoGrad guard;
  const auto [first, second] = views(seed.of("test"));
  std::cout << "as they are, less than half are found: "
            << (hits(first, second) < 0.5f ? "yes" : "no") << "\nencoded, more than 90 % are: "
            << (hits(encode(first), encode(second)) > 0.9f ? "yes" : "no") << "\n";
}
