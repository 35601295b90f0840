// Lesson 17: checkpointing trades time for memory.
//
// For its gradient an operation keeps what it has read. `checkpoint` keeps a block's input alone,
// and computes the block once more when its gradient is asked for: of 8 blocks of 8 layers, 8
// inputs and one block's insides are there at a time. It costs one more forward.
// Prints whether both ways give the same gradients, bit by bit, and whether the memory that the
// step needs at its peak is less than half.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;

/// 8 times tanh of a linear layer.
nn::DynamicSequential<float> block(Key key) {
  nn::DynamicSequential<float> layers;
  for (unsigned i = 0; i < 8; ++i) {
    layers.append(nn::Linear<float>({.in = 64, .out = 64}, key.of(i)));
    layers.append(nn::Tanh<float>());
  }
  return layers;
}

int main() {
  const Key seed(17);
  nn::ModuleList<nn::DynamicSequential<float>> net;
  for (unsigned i = 0; i < 8; ++i) net.append(block(seed.of("blocks").of(i)));
  const auto x = Tensor<float>::randn({512, 64}, seed.of("x"));

  // A step's gradients, and by how many bytes of tensors its peak is above what was there before.
  struct Measured {
    std::vector<Variable<float>> gradients;
    std::size_t bytes = 0;
  };
  const auto step = [&](bool checkpointed) {
    auto& memory = StoragePool::instance();
    memory.reset_peak();
    const std::size_t before = memory.used_bytes();
    nn::Context<float> ctx;
    Variable<float> y = x;
    for (const auto& layers : net)
      y = checkpointed ? nn::checkpoint(layers, y, ctx) : layers.forward(y, ctx);
    nn::zero_grad(net);
    backward(mean(square(y)));
    Measured result{{}, memory.peak_bytes() - before};
    for (const auto& p : nn::parameters(net)) result.gradients.push_back(p.grad());
    return result;
  };
  const auto plain = step(false), checkpointed = step(true);

  bool same = true;
  for (std::size_t i = 0; i < plain.gradients.size(); ++i)
    same = same && all(eq(plain.gradients[i], checkpointed.gradients[i])).item();
  std::cout << "the same gradients: " << (same ? "yes" : "no") << "\n"
            << "less than half of the memory: "
            << (2 * checkpointed.bytes < plain.bytes ? "yes" : "no") << "\n";
}
