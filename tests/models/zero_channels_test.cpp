// The rule of zero channels, against what the steps do to one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/plan_builder.hpp>
#include <adafuse/models/zero_channels.hpp>

namespace zero_channels_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

constexpr Index channels = 8;

/// Maps of two frames whose channel 1 is zero in the first and whose channel 3 is zero in both.
Variable<float> some_maps() {
  auto x = Tensor<float>::uniform({2, channels, 4, 4}, Key(1), 1.0f, 2.0f);
  for (const auto& [frame, channel] : {std::pair{0, 1}, {0, 3}, {1, 3}}) {
    auto map = x[frame][channel];
    map.fill(0);
  }
  return x;
}

bool is_zero(const Variable<float>& maps, Index frame, Index channel) {
  const auto map = maps.value()[frame][channel];
  return std::all_of(map.begin(), map.end(), [](float v) { return v == 0; });
}

}  // namespace

TEST_CASE("zero channels: what keeps them zero, and what does not") {
  const NoGrad guard;
  const auto x = some_maps();
  const PoolOptions pool{.kernel = 3, .stride = 2, .padding = 1};
  for (const auto& y : {relu(x), max_pool2d(x, pool), avg_pool2d(x, pool)}) {
    CHECK(is_zero(y, 0, 1));
    CHECK_FALSE(is_zero(y, 1, 1));
    CHECK(is_zero(y, 1, 3));
  }
  CHECK(global_avg_pool(x).value()(1, 3) == 0);
  // A shift: the first channel from the next frame, the second from the one before.
  const auto shifted = temporal_shift(x, 2, 1);
  CHECK(is_zero(shifted, 1, 1));
  CHECK(is_zero(shifted, 0, 1));
  CHECK_FALSE(is_zero(shifted, 0, 0));
  const nn::Conv2d<float> depthwise(
      {.in = channels, .out = channels, .kernel = 1, .groups = channels, .bias = true}, Key(2));
  depthwise.bias.mutable_value().fill(1);
  CHECK_FALSE(is_zero(depthwise(x), 1, 3));

  PlanBuilder<float> b({channels, 4, 4});
  b.relu(b.input());
  b.max_pool("max", pool, b.input());
  b.avg_pool("avg", pool, b.input());
  b.global_pool(b.input());
  b.shift(b.input());
  b.conv("conv", depthwise, b.input());
  b.add(b.input(), b.input());
  const auto plan = b.take();
  const std::vector<ZeroChannel> expected{ZeroChannel::kept, ZeroChannel::kept,  ZeroChannel::kept,
                                          ZeroChannel::kept, ZeroChannel::moved, ZeroChannel::lost,
                                          ZeroChannel::lost};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(plan.steps[i].name);
    CHECK(zero_channel_of(plan.steps[i]) == expected[i]);
  }
}

}  // namespace zero_channels_test
