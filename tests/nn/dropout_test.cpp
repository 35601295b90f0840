// Dropout as a layer: only in training, and by the context's keys.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/dropout.hpp>

namespace dropout_test {

using namespace adafuse;

namespace {

Tensor<float> dropped(const nn::Dropout<float>& layer, nn::Context<float>& ctx) {
  return layer.forward(Tensor<float>::ones({1000}), ctx).value();
}

bool same(const Tensor<float>& a, const Tensor<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("Dropout: drops only in training, a share of p, and the rest grows by 1 / (1 - p)") {
  const nn::Dropout<float> layer(0.75);
  nn::Context<float> evaluation, training(true, Key(1));
  CHECK(same(dropped(layer, evaluation), Tensor<float>::ones({1000})));
  const auto y = dropped(layer, training);
  const auto zeros = std::count(y.begin(), y.end(), 0.f),
             fours = std::count(y.begin(), y.end(), 4.f);
  CHECK(zeros + fours == 1000);
  CHECK(std::abs(static_cast<double>(zeros) - 750) < 60);
}

TEST_CASE("Dropout: the same call drops the same, the next layer others") {
  const nn::Dropout<float> layer(0.5);
  nn::Context<float> a(true, Key(1)), b(true, Key(1));
  const auto first = dropped(layer, a), second = dropped(layer, a);
  CHECK(same(first, dropped(layer, b)));
  CHECK(!same(first, second));
}

TEST_CASE("Dropout: each step of training drops others, when its key says so") {
  const nn::Dropout<float> layer(0.5);
  std::vector<Tensor<float>> steps;
  for (std::uint64_t step = 0; step < 3; ++step) {
    nn::Context<float> ctx(true, Key(1).of("noise").of(step));
    steps.push_back(dropped(layer, ctx));
  }
  CHECK(!same(steps[0], steps[1]));
  CHECK(!same(steps[0], steps[2]));
  CHECK(!same(steps[1], steps[2]));
}

TEST_CASE("Dropout: training without a key is refused, not done with a fixed mask") {
  nn::Context<float> ctx;
  ctx.training = true;
  CHECK_THROWS_AS(dropped(nn::Dropout<float>(0.5), ctx), ValueError);
  CHECK(same(dropped(nn::Dropout<float>(0), ctx), Tensor<float>::ones({1000})));
}

TEST_CASE("Dropout: p is in [0, 1), and 0 draws no key") {
  nn::Context<float> ctx(true, Key(1)), fresh(true, Key(1));
  dropped(nn::Dropout<float>(0), ctx);
  CHECK(ctx.next_key() == fresh.next_key());
  CHECK_THROWS_AS(nn::Dropout<float>(1), ValueError);
  CHECK_THROWS_AS(nn::Dropout<float>(-0.1), ValueError);
  CHECK_THROWS_AS(nn::Dropout<float>(std::nan("")), ValueError);
}

}  // namespace dropout_test
