// A bit of everything, in one function that CMakeLists.txt names: this file is compiled for several
// machines. The linker may mix what the object files share; the numbers and the instructions of a
// function must stay those of its own file.
// SPDX-License-Identifier: MIT
#include <adafuse/infer/folded_linear.hpp>
#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/optim.hpp>

#include "work.hpp"

namespace linkage_test {

using namespace adafuse;

namespace {

double total(std::span<const float> numbers) {
  double sum = 0;
  for (const float x : numbers) sum += static_cast<double>(x);
  return sum;
}

double tensors() {
  const auto a = Tensor<float>::randn({3, 4, 5}, Key(1));
  const auto b = Tensor<float>::uniform({4, 5}, Key(2), -1, 2);
  return total(a.reshape({12, 5}).narrow(1, 7).clone().values()) + total(b[2].values()) +
         total(a.cast<double>().cast<float>().values()) +
         total(contiguous(a.view<3>().slice(2, 4, -1, -2)).values());
}

double gradients() {
  const auto w = parameter(Tensor<float>::randn({3, 4, 5}, Key(1)));
  const auto v = parameter(Tensor<float>::uniform({4, 5}, Key(2)));
  const auto u = parameter(Tensor<float>::randn({4, 37}, Key(3)));
  const auto rows = sum(softmax(w * v + exp(tanh(w)) / (2 + v * v), -1) - relu(w), {-1});
  const auto loss = mean(matmul(rows, u)) + sum(pow(abs(w) + 1, 1.5)) + mean(log_softmax(u, 0));
  backward(loss);
  return static_cast<double>(loss.item()) + total(w.grad().value().values()) +
         total(v.grad().value().values()) + total(u.grad().value().values());
}

double training() {
  const Key seed(3);
  const nn::Conv2d<float> conv({.in = 3, .out = 8, .kernel = 3, .padding = 1}, seed.of("conv"));
  const nn::BatchNorm2d<float> norm({.channels = 8});
  const nn::Sequential head(nn::Linear<float>({.in = 8, .out = 16}, seed.of("hidden")),
                            nn::Tanh<float>(), nn::Dropout<float>(0.1),
                            nn::Linear<float>({.in = 16, .out = 3}, seed.of("out")));
  auto parameters = nn::parameters(head);
  for (const auto& parameter : nn::parameters(conv)) parameters.push_back(parameter);
  auto optimizer = optim::adam_w<float>({{.parameters = parameters, .weight_decay = 1e-4}});
  const auto images = Tensor<float>::randn({4, 3, 9, 9}, seed.of("images"));
  const auto labels = Tensor<std::int64_t>::of({0, 1, 2, 1});
  double sum = 0;
  for (int step = 0; step < 2; ++step) {
    nn::Context<float> ctx(/*is_training=*/true, seed.of("noise"));
    const auto maps = norm.forward_relu(conv.forward(images, ctx), ctx);
    const auto loss = cross_entropy(head.forward(global_avg_pool(maps), ctx), labels);
    optimizer.zero_grad();
    backward(loss);
    optim::clip_by_norm<float>(parameters, 1.0);
    optimizer.step(0.01);
    sum += static_cast<double>(loss.item());
  }
  return sum;
}

double inference() {
  nn::Linear<float> layer({.in = 40, .out = 24}, Key(5));
  const nn::BatchNorm1d<float> norm({.channels = 24});
  const auto folded = infer::fold_linear(layer, norm);
  const auto x = Tensor<float>::randn({7, 40}, Key(6));
  Tensor<float> y({7, 24});
  folded(7, x.data(), y.data());
  return total(y.values());
}

}  // namespace

std::vector<double> ADAFUSE_TEST_WORK() {
  return {tensors(), gradients(), training(), inference()};
}

}  // namespace linkage_test
