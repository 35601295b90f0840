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
      CHECK_FALSE(result.decision.has_value());
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
  REQUIRE(out.decision.has_value());
  CHECK(out.decision->block == "layer3.2");
  const auto taken = out.decision->actions();
  CHECK(std::equal(taken.begin(), taken.end(), reuse.begin()));
}

}  // namespace residual_block_test
