// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/residual_block.hpp>

namespace residual_block_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

Tensor<std::uint8_t> all(Action action, Index frames, Index channels) {
  return Tensor<std::uint8_t>::full({frames, channels}, static_cast<std::uint8_t>(action));
}

}  // namespace

TEST_CASE(
    "residual block: basic and bottleneck, with and without a stride, have the shapes they say") {
  const NoGrad guard;
  for (const bool bottleneck : {false, true})
    for (const Index stride : {1, 2}) {
      const Index out = bottleneck ? 32 : 8;
      const ResidualBlock<float> block({.name = "layer2.0",
                                        .in = 16,
                                        .width = 8,
                                        .out = out,
                                        .stride = stride,
                                        .bottleneck = bottleneck,
                                        .shift = true},
                                       {}, Key(0));
      AdaptiveContext<float> ctx;
      const auto result = block.forward(Tensor<float>::randn({6, 16, 7, 9}, Key(1)), 3, ctx);
      CHECK(result.maps.shape() ==
            Shape{6, out, (7 + stride - 1) / stride, (9 + stride - 1) / stride});
      CHECK(result.decisions.empty());
      PlanBuilder<float> builder({16, 7, 9});
      CHECK(builder.shape(block.plan(builder, builder.input())) ==
            Shape{out, (7 + stride - 1) / stride, (9 + stride - 1) / stride});
    }
}

TEST_CASE("residual block: skipping every channel leaves the identity and the norm's shift") {
  const NoGrad guard;
  const ResidualBlock<float> block(
      {.name = "layer1.0", .in = 4, .width = 4, .out = 4, .adaptive = true}, {}, Key(0));
  const auto x = Tensor<float>::randn({2, 4, 5, 5}, Key(1));
  AdaptiveContext<float> ctx;
  ctx.decisions = follow<float>({{"layer1.0", all(Action::skip, 2, 4)}});
  const auto y = block.forward(x, 2, ctx).maps.value();
  for (Index i = 0; i < x.size(); ++i) CHECK(y.data()[i] == std::max(0.0f, x.data()[i]));
}

TEST_CASE("residual block: the decision carries the block's name and what was followed") {
  const NoGrad guard;
  const ResidualBlock<float> block(
      {.name = "layer3.2", .in = 4, .width = 6, .out = 4, .adaptive = true}, {}, Key(0));
  AdaptiveContext<float> ctx;
  const auto reuse = all(Action::reuse, 4, 6);
  ctx.decisions = follow<float>({{"layer3.2", reuse}});
  const auto out = block.forward(Tensor<float>::randn({4, 4, 3, 3}, Key(1)), 2, ctx);
  REQUIRE(out.decisions.size() == 1);
  CHECK(out.decisions[0].block == "layer3.2");
  const auto taken = out.decisions[0].actions();
  CHECK(std::equal(taken.begin(), taken.end(), reuse.begin()));
}

TEST_CASE("residual block: a second decision falls on what conv2 gives, and reads what it reads") {
  const NoGrad guard;
  for (const bool bottleneck : {false, true}) {
    CAPTURE(bottleneck);
    const Index out = bottleneck ? 24 : 6;
    const ResidualBlock<double> block({.name = "layer2.1",
                                       .in = 5,
                                       .width = 6,
                                       .out = out,
                                       .bottleneck = bottleneck,
                                       .adaptive = true,
                                       .both = true},
                                      {}, Key(0));
    const auto x = Tensor<double>::randn({4, 5, 3, 3}, Key(1));
    const auto first = random_actions<double>({0.4, 0.3, 0.3}, Key(2));
    const auto forward = [&](Action second, Tensor<double>* read) {
      AdaptiveContext<double> ctx;
      ctx.decisions = [&](const DecisionRequest<double>& ask) {
        if (ask.block == "layer2.1") return first(ask);
        CHECK(ask.block == "layer2.1.conv2");
        if (read) *read = ask.features;
        return all(second, 4, ask.channels);
      };
      return block.forward(x, 2, ctx);
    };
    Tensor<double> between;
    const auto kept = forward(Action::keep, &between), skipped = forward(Action::skip, nullptr);
    REQUIRE(kept.decisions.size() == 2);
    CHECK(kept.decisions[0].block == "layer2.1");
    CHECK(kept.decisions[1].block == "layer2.1.conv2");
    // It reads the fused maps: what was skipped first is zero there.
    const auto taken = kept.decisions[0].actions();
    for (Index f = 0; f < 4; ++f)
      for (Index c = 0; c < 6; ++c)
        if (Action{taken(f, c)} == Action::skip)
          for (const double v : between[f][c]) CHECK(v == 0);
    // Keeping all is the block with one decision; skipping all leaves nothing of conv2.
    const ResidualBlock<double> plain({.name = "layer2.1",
                                       .in = 5,
                                       .width = 6,
                                       .out = out,
                                       .bottleneck = bottleneck,
                                       .adaptive = true},
                                      {}, Key(0));
    AdaptiveContext<double> ctx;
    ctx.decisions = first;
    const auto once = plain.forward(x, 2, ctx).maps.value(), twice = kept.maps.value();
    CHECK(std::equal(once.begin(), once.end(), twice.begin()));
    AdaptiveContext<double> nothing;
    nothing.decisions = [](const DecisionRequest<double>& ask) {
      return all(Action::skip, 4, ask.channels);
    };
    const auto none = block.forward(x, 2, nothing).maps.value();
    CHECK(std::equal(none.begin(), none.end(), skipped.maps.value().begin()));
  }
}

TEST_CASE("residual block: a detached history stops the gradient at the frame before") {
  const ResidualBlock<double> block(
      {.name = "layer1.0", .in = 4, .width = 4, .out = 4, .adaptive = true}, {}, Key(0));
  for (const bool detached : {false, true}) {
    const auto x = parameter(Tensor<double>::randn({2, 4, 3, 3}, Key(1)));
    AdaptiveContext<double> ctx;
    ctx.detach_history = detached;
    ctx.decisions = follow<double>({{"layer1.0", all(Action::reuse, 2, 4)}});
    const auto y = block.forward(x, 2, ctx).maps;
    backward(sum(slice(y, 0, 1, 2)));
    const auto gradient = x.grad().value()[0];  // of the frame before
    CHECK(std::all_of(gradient.begin(), gradient.end(), [](double g) { return g == 0; }) ==
          detached);
  }
}

TEST_CASE("channel gains: a bound on what norm and convolution make of their input") {
  const NoGrad guard;
  const nn::Conv2d<double> conv({.in = 3, .out = 4, .kernel = 3, .padding = 1}, Key(1));
  const nn::BatchNorm2d<double> norm({4});
  nn::state_tensors(norm).at("running_var").copy_from(Tensor<double>::of({0.2, 1, 4, 9}));
  nn::state_tensors(norm).at("weight").copy_from(Tensor<double>::of({1, -2, 0.5, 3}));
  const auto gains = channel_gains(conv, norm);
  // Two inputs that differ in one pixel of one channel.
  const Tensor<double> x({1, 3, 5, 5});
  nn::Context<double> ctx;
  const auto before = norm.forward(conv(x), ctx).value();
  for (Index j = 0; j < 3; ++j) {
    auto moved = x.clone();
    moved(0, j, 2, 2) = 1;
    const auto after = norm.forward(conv(moved), ctx).value();
    for (Index i = 0; i < 4; ++i) {
      double change = 0;
      for (Index p = 0; p < 25; ++p)
        change += std::abs(after[0][i].data()[p] - before[0][i].data()[p]);
      CHECK(change == doctest::Approx(gains(i, j)));  // a bound that one pixel reaches
    }
  }
}

}  // namespace residual_block_test
