// Masked direct convolution against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/direct/masked_direct.hpp>
#include <algorithm>

#include "random_conv2d.hpp"

namespace conv2d_masked_direct_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("conv2d, masked_direct: reads the image, or its phases, and equals the naive loops") {
  int in_place = 0, strided = 0;
  const auto fits = [](const Conv2dGeometry& g) {
    return masked_direct::fits(forward_correlation(g));
  };
  for_random_convolutions<float>(7, 250, fits, [&](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm("masked_direct")),
                         c.forward(ConvAlgorithm::reference)) < 2e-6);
    ++(forward_correlation(c.g).same_pitch() ? in_place : strided);
  });
  CHECK(in_place > 50);
  CHECK(strided > 50);
}

TEST_CASE("conv2d, masked_direct: a strided 1x1 whose weights outgrow L2, strip by strip and cut") {
  for (const Index batch : {1, 2}) {  // One frame is cut too, for the sake of many threads.
    Conv2dGeometry g{.batch = batch,
                     .in_channels = 700,
                     .in_height = 27,
                     .in_width = 27,
                     .out_channels = 600,
                     .stride_height = 2,
                     .stride_width = 2};
    const auto correlation = forward_correlation(g);
    const auto plan = masked_direct::make_plan(correlation, 600);
    CHECK(plan.chunks == (batch == 1 ? std::max<Index>(6 / plan.strips, 1) : 2));
    if (Floats::width == 16 && Caches::here().l2 == 1 << 18) CHECK(plan.strips == 3);
    CHECK(choose_algorithm(correlation, {}).name == ConvAlgorithm("masked_direct"));

    const auto x = Tensor<float>::randn({batch, 700, 27, 27}, Key(1));
    const auto w = Tensor<float>::randn({600, 700, 1, 1}, Key(2));
    auto y = Tensor<float>::zeros({batch, 600, 14, 14}), expected = y.clone();
    conv2d<float>(g, x.data(), w.data(), y.data(), {.algorithm = ConvAlgorithm("masked_direct")});
    conv2d<float>(g, x.data(), w.data(), expected.data(), {.algorithm = ConvAlgorithm::im2col});
    CHECK(relative_error(y, expected) < 2e-6);
  }
}

TEST_CASE("conv2d, masked_direct: fewer live outputs, fewer pieces of the weights") {
  // A frame is one strip with any vectors and an L2 of 256 KiB or more.
  const auto correlation = forward_correlation(
      {.batch = 8, .in_channels = 512, .in_height = 4, .in_width = 4, .out_channels = 2048});
  const auto pieces = [&](Index live) {
    return masked_direct::make_plan(correlation, live).chunks;
  };
  CHECK(masked_direct::make_plan(correlation, 2048).strips == 1);
  const Index piece = Caches::here().l2 * 3 / 8;  // weights
  for (const Index live : {2048, 1024, 0})        // Two for the sake of many threads.
    CHECK(pieces(live) == std::clamp<Index>(live * 512 / piece, 2, 2048 / 32));
  CHECK(pieces(2048) > pieces(0));
}

}  // namespace conv2d_masked_direct_test
