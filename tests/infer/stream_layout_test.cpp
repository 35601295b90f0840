// How many frames of each value a stream keeps, and how far it runs behind.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/stream/stream_layout.hpp>

#include "../models/lively_model.hpp"

namespace stream_layout_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::small_config;
using models::VideoModel;

namespace {

ValueId output_of(const FoldedNetwork<float>& network, const std::string& name) {
  for (const auto& step : network.steps)
    if (step.name == name) return step.output;
  throw ValueError("no step " + name);
}

}  // namespace

TEST_CASE("stream layout: a frame-wise network keeps nothing") {
  const VideoModel<float> model(small_config("resnet8", "none"), Key(0));
  const auto network = fold(model, 16, 16);
  const auto layout = plan_stream(*network, Future::refuse);
  CHECK(std::count(layout.frames.begin(), layout.frames.end(), 1) == std::ssize(layout.frames));
  CHECK(std::count(layout.lag.begin(), layout.lag.end(), 0) == std::ssize(layout.lag));
}

TEST_CASE("stream layout: a block that decides keeps its last input, its maps stay in place") {
  const VideoModel<float> model(small_config("resnet8", "adafuse"), Key(0));
  const auto network = fold(model, 16, 16);
  const auto layout = plan_stream(*network, Future::refuse);
  CHECK(layout.frames[output_of(*network, "conv1")] == 2);
  const auto fused = output_of(*network, "layer1.0.fuse");
  CHECK(layout.home[output_of(*network, "layer1.0.conv1")] == fused);
  CHECK(layout.frames[fused] == 1);
}

TEST_CASE("stream layout: an inception unit keeps its inner maps, its branches lie side by side") {
  const VideoModel<float> model(small_config("bninception", "adafuse"), Key(0));
  const auto network = fold(model, 32, 32);
  const auto layout = plan_stream(*network, Future::refuse);
  CHECK(layout.frames[output_of(*network, "inception_3a_double_3x3_1")] == 2);
  CHECK(layout.frames[output_of(*network, "inception_3a_double_3x3_reduce")] == 1);
  const auto branch = output_of(*network, "inception_3a_3x3");
  const auto fused = layout.home[branch];
  CHECK(network->value(fused).live == network->blocks[0].live);
  CHECK(layout.home[branch] == fused);
  CHECK(layout.first[branch] == 64 * network->value(fused).pixels());
}

TEST_CASE("stream layout: a shift that waits keeps three frames, who adds later keeps one more") {
  const VideoModel<float> model(small_config("resnet8", "tsm"), Key(0));
  const auto network = fold(model, 16, 16);
  const auto layout = plan_stream(*network, Future::wait);
  CHECK(layout.frames[output_of(*network, "conv1")] == 3);
  CHECK(layout.lag[output_of(*network, "layer1.0.conv2")] == 1);
  CHECK(layout.lag[network->output] == 3);
}

}  // namespace stream_layout_test
