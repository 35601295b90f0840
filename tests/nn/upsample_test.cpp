// Layers that change the size of images: options, no parameters.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/sequential.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/nn/upsample.hpp>

namespace upsample_test {

using namespace adafuse;

TEST_CASE("Upsample, PixelShuffle, PixelUnshuffle: hand their options to the op") {
  nn::Context<float> ctx;
  const auto x = Tensor<float>::randn({1, 4, 3, 2}, Key(1));
  const nn::Upsample<float> twice{{.scale_factor = 2, .mode = InterpolateMode::bilinear}};
  const auto y = twice.forward(x, ctx).value();
  const auto expected =
      interpolate(x, {.scale_factor = 2, .mode = InterpolateMode::bilinear}).value();
  REQUIRE(y.shape() == Shape{1, 4, 6, 4});
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
  const nn::Sequential there_and_back(nn::PixelShuffle<float>{2}, nn::PixelUnshuffle<float>{2});
  const auto back = there_and_back.forward(x, ctx).value();
  REQUIRE(back.shape() == x.shape());
  CHECK(std::equal(back.begin(), back.end(), x.begin()));
  CHECK(nn::state(twice).empty());
}

}  // namespace upsample_test
