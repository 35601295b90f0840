// Steps that look at each frame alone.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/steps/frame_steps.hpp>

namespace frame_steps_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

std::vector<float> values(const Tensor<float>& tensor) { return {tensor.begin(), tensor.end()}; }

}  // namespace

TEST_CASE("frame steps: a sum counts a dead channel as zero, and a residual is a convolution's") {
  LiveLists live(2, 2);
  live.set(0, [](Index) { return true; });
  live.set(1, [](Index c) { return c == 0; });
  const auto a = Tensor<float>::of({1, 2, 3, 4}), b = Tensor<float>::of({10, -20, 30, -40});
  Tensor<float> y({4});
  FrameOperands<float> on{2, {a.data(), 2, 1, {}, {}}, {b.data(), 2, 1, {}, {}}, {y.data(), 2, 1}};
  on.other.live = live.frames();
  CHECK(run_frames(FoldedAdd{.activation = kernels::Activation::relu}, on) == 2);
  CHECK(values(y) == std::vector<float>{11, 0, 33, 4});

  FoldedConv<float> conv;
  conv.geometry = {.batch = 1, .in_channels = 2, .in_height = 1, .in_width = 1, .out_channels = 2};
  conv.weight = Tensor<float>::of({1, 1, 1, -1}).reshape({2, 2, 1, 1});
  on.other.live = {};
  CHECK(run_frames(conv, on) == 2);
  CHECK(values(y) == std::vector<float>{13, -21, 37, -41});
  // Half of the channels of one frame of two exist: three quarters of the work.
  on.x.live = live.frames(), on.other = {};
  CHECK(run_frames(conv, on) == 1.5);
  CHECK(values(y) == std::vector<float>{3, -1, 3, 3});
}

}  // namespace frame_steps_test
