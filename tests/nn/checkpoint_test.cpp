// A layer that is computed again for its gradient: same noise, statistics once, same gradients.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/reduce.hpp>

namespace nn_checkpoint_test {

using namespace adafuse;

namespace {

auto noisy_block() {
  return nn::Sequential(nn::Linear<double>({.in = 4, .out = 4}, Key(1)),
                        nn::BatchNorm1d<double>({.channels = 4}), nn::Dropout<double>(0.5),
                        nn::Linear<double>({.in = 4, .out = 4}, Key(2)), nn::Dropout<double>(0.5));
}

/// Two blocks one after the other and, with their noise, gradients and statistics, what they did.
std::vector<Tensor<double>> trained(bool checkpointed) {
  const auto first = noisy_block(), second = noisy_block();
  const auto x = parameter(Tensor<double>::randn({6, 4}, Key(3)));
  nn::Context<double> ctx(true, Key(4));
  const auto run = [&](const auto& block, const Variable<double>& at) {
    return checkpointed ? nn::checkpoint(block, at, ctx) : block.forward(at, ctx);
  };
  const auto y = run(second, run(first, x));
  backward(sum(y * y));
  std::vector<Tensor<double>> all{y.value(), x.grad().value()};
  for (const auto* block : {&first, &second})
    for (const auto& item : nn::state(*block))
      all.push_back(item.is_parameter() ? item.parameter.grad().value() : item.buffer);
  return all;
}

}  // namespace

TEST_CASE(
    "nn::checkpoint: noise, statistics and gradients are those of the layer itself, in bits") {
  const auto expected = trained(false), got = trained(true);
  REQUIRE(expected.size() == got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::equal(got[i].begin(), got[i].end(), expected[i].begin()));
  }
  CHECK(std::count(got[0].begin(), got[0].end(), 0.0) > 0);
}

}  // namespace nn_checkpoint_test
