// A convolution with all that follows it, by every algorithm that may be chosen.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/folded_conv.hpp>

#include "../kernels/random_conv2d.hpp"

namespace folded_conv_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

constexpr Index frames = 2, in = 64, out = 64, size = 12;

FoldedConv<float> conv_of(Index ins, Index side, Index outs, Index kernel, Index stride) {
  FoldedConv<float> conv;
  conv.geometry = testing::square_convolution(1, ins, side, outs, stride, kernel);
  return conv;
}

FoldedConv<float> some_conv() {
  auto conv = conv_of(in, size, out, 3, 1);
  conv.weight = Tensor<float>::randn({out, in, 3, 3}, Key(1));
  conv.scale = Tensor<float>::uniform({out}, Key(2), 0.1f, 0.2f);
  conv.shift = Tensor<float>::randn({out}, Key(3));
  conv.activation = kernels::Activation::relu;
  return conv;
}

}  // namespace

TEST_CASE("folded conv: with lists, residual and ReLU, direct and as the cost model likes") {
  const auto x = Tensor<float>::randn({frames, in, size, size}, Key(4));
  const auto residual = Tensor<float>::randn({frames, out, size, size}, Key(5));
  for (const Index modulus : {1, 2, 9}) {
    LiveLists live(frames, in), wanted(frames, out);
    for (Index f = 0; f < frames; ++f) {
      live.set(f, [&](Index c) { return (c + f) % modulus == 0; });
      wanted.set(f, [&](Index c) { return (c + 2 * f) % modulus == 0; });
    }
    auto conv = some_conv();
    auto g = conv.geometry;
    g.batch = frames;
    auto expected = Tensor<float>::full(residual.shape(), -1);
    kernels::conv2d<float>(g, x.data(), conv.weight.data(), expected.data(),
                           {.algorithm = kernels::ConvAlgorithm::reference,
                            .epilogue = {conv.scale.data(), conv.shift.data(), residual.data(),
                                         kernels::Activation::relu},
                            .live_out = wanted.frames(),
                            .live_in = live.frames()});
    for (const bool winograd : {false, true}) {
      conv.algorithm =
          winograd ? kernels::ConvAlgorithm("winograd") : kernels::ConvAlgorithm::direct;
      auto y = Tensor<float>::full(residual.shape(), -1);
      conv(frames, x.data(), residual.data(), y.data(), live.frames(), wanted.frames());
      float worst = 0;
      for (Index i = 0; i < y.size(); ++i)
        worst = std::max(worst, std::abs(y.data()[i] - expected.data()[i]));
      INFO("one of " << modulus << ", Winograd " << winograd);
      CHECK(worst < 2e-4f);
      // In place on its residual.
      auto z = residual.clone();
      conv(frames, x.data(), z.data(), z.data(), live.frames(), wanted.frames());
      for (Index f = 0; f < frames; ++f)
        for (Index c = 0; c < out; ++c) {
          const auto& source = (c + 2 * f) % modulus == 0 ? y : residual;
          CHECK(std::equal(z[f][c].begin(), z[f][c].end(), source[f][c].begin()));
        }
    }
  }
}

TEST_CASE("folded conv: its work is the pairs of channels that it is given") {
  const auto conv = some_conv();
  LiveLists live(2, in), wanted(2, out);
  live.set(0, [](Index c) { return c < 16; });
  live.set(1, [](Index) { return true; });
  wanted.set(0, [](Index c) { return c < 32; });
  wanted.set(1, [](Index) { return false; });
  CHECK(conv.work(2, live.frames(), wanted.frames()) == doctest::Approx(0.125));
  CHECK(conv.work(2, live.frames(), {}) == doctest::Approx(1.25));
  CHECK(conv.work(2, {}, {}) == doctest::Approx(2));
}

TEST_CASE("folded conv: outputs read the inputs of their group, and a bias is no input's") {
  auto conv = conv_of(4, 6, 4, 3, 1);
  conv.geometry.groups = 4;
  LiveLists even(1, 4), odd(1, 4), none(1, 4);
  even.set(0, [](Index c) { return c % 2 == 0; });
  odd.set(0, [](Index c) { return c % 2 == 1; });
  none.set(0, [](Index) { return false; });
  CHECK(conv.work(1, even.frames(), even.frames()) == 0.5);
  CHECK(conv.work(1, even.frames(), odd.frames()) == 0);
  CHECK(conv.work(1, even.frames(), {}) == 0.5);
  conv.biases = 1;  // one multiply-accumulate beside nine
  CHECK(conv.work(1, even.frames(), even.frames()) == 0.5);
  CHECK(conv.work(1, even.frames(), odd.frames()) == doctest::Approx(0.05));
  CHECK(conv.work(1, none.frames(), {}) == doctest::Approx(0.1));
}

TEST_CASE("folded conv: with a shortcut, the sum of both, and the work of both") {
  auto conv = conv_of(4, 8, 6, 3, 1), beside = conv_of(3, 16, 6, 1, 2);
  conv.weight = Tensor<float>::randn({6, 4, 3, 3}, Key(11));
  conv.shift = Tensor<float>::randn({6}, Key(12));
  beside.weight = Tensor<float>::randn({6, 3, 1, 1}, Key(13));
  const auto x = Tensor<float>::randn({frames, 4, 8, 8}, Key(14)),
             x2 = Tensor<float>::randn({frames, 3, 16, 16}, Key(15));
  LiveLists live(frames, 4), wanted(frames, 6);
  for (Index f = 0; f < frames; ++f) {
    live.set(f, [&](Index c) { return c != f; });
    wanted.set(f, [&](Index c) { return c < 4 - f; });
  }
  auto apart = Tensor<float>::full({frames, 6, 8, 8}, -1), together = apart.clone();
  conv(frames, x.data(), nullptr, apart.data(), live.frames(), wanted.frames());
  beside.activation = kernels::Activation::relu;
  beside(frames, x2.data(), apart.data(), apart.data(), {}, wanted.frames());
  const double work = conv.work(frames, live.frames(), wanted.frames()),
               work_beside = beside.work(frames, {}, wanted.frames());

  conv.activation = kernels::Activation::relu;
  conv.shortcut = {beside.geometry, beside.weight, {}};
  conv(frames, x.data(), x2.data(), together.data(), live.frames(), wanted.frames());
  for (Index i = 0; i < apart.size(); ++i)
    CHECK(together.data()[i] == doctest::Approx(apart.data()[i]).epsilon(1e-5));
  const double macs = 36, macs_beside = 3;  // of an output pixel
  CHECK(conv.work(frames, live.frames(), wanted.frames()) ==
        doctest::Approx((work * macs + work_beside * macs_beside) / (macs + macs_beside)));
}

}  // namespace folded_conv_test
