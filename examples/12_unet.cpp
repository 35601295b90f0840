// Lesson 12: a U-Net finds discs in noise, pixel by pixel.
//
// On the way down pooling halves the image, so that a filter sees more of it; on the way up a
// transposed convolution doubles it again, and is given what was there before the pooling, which
// knows where edges are. Prints whether the pixels found and those of the discs overlap by more
// than 85 % (intersection over union) on images that were not seen.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;
struct UNet {
  using value_type = float;
  nn::Conv2d<float> in, middle, after, out;
  nn::ConvTranspose2d<float> up;
  explicit UNet(Key key)
      : in({.in = 1, .out = 8, .kernel = 3, .padding = 1, .bias = true}, key.of("in")),
        middle({.in = 8, .out = 16, .kernel = 3, .padding = 1, .bias = true}, key.of("middle")),
        after({.in = 16, .out = 8, .kernel = 3, .padding = 1, .bias = true}, key.of("after")),
        out({.in = 8, .out = 1, .kernel = 1, .bias = true}, key.of("out")),
        up({.in = 16, .out = 8, .kernel = 2, .stride = 2, .bias = true}, key.of("up")) {}
  /// Images [N, 1, h, w] -> logits of the same shape.
  Variable<float> operator()(const Variable<float>& x) const {
    const auto fine = relu(in(x));                                      // [N, 8, h, w]
    const auto coarse = relu(middle(max_pool2d(fine, {.kernel = 2})));  // [N, 16, h/2, w/2]
    return out(relu(after(cat({fine, relu(up(coarse))}, 1))));
  }
  void visit(nn::Visitor<float>& v) const {
    v("in", in), v("middle", middle), v("up", up), v("after", after), v("out", out);
  }
};

/// 1 in a disc of each image, 0 elsewhere: [N, 1, 16, 16].
Tensor<float> discs(Index count, Key key) {
  const auto uniform = [&](const char* name, float low, float high) {
    return Tensor<float>::uniform({count, 1, 1, 1}, key.of(name), low, high);
  };
  const auto at = Tensor<float>::arange(16), y = uniform("y", 4, 11), x = uniform("x", 4, 11);
  const auto distance = square(at.reshape({16, 1}) - y) + square(at - x);
  return (distance < square(uniform("radius", 2, 5))).cast<float>();
}

int main() {
  const Key seed(12);
  const UNet net(seed.of("net"));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  for (unsigned step = 0; step < 100; ++step) {
    const auto masks = discs(16, seed.of("discs").of(step));
    const auto noise = Tensor<float>::randn(masks.shape(), seed.of("noise").of(step));
    adam.zero_grad();
    backward(binary_cross_entropy_with_logits(net(masks + 0.4 * noise), masks));
    adam.step(5e-3);
  }
  const NoGrad guard;
  const auto masks = discs(100, seed.of("test"));
  const auto noise = Tensor<float>::randn(masks.shape(), seed.of("noise"));
  const auto found = (net(masks + 0.4 * noise) > 0).cast<float>();
  const float both = sum(found * masks).item(), either = sum(maximum(found, masks)).item();
  std::cout << "the overlap is more than 85 %: " << (both > 0.85f * either ? "yes" : "no") << "\n";
}
