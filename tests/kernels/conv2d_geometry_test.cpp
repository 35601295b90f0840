// The sizes of convolutions that everybody knows.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <limits>

namespace conv2d_geometry_test {

using adafuse::kernels::Conv2dGeometry;

TEST_CASE(
    "conv2d geometry: the stem of ResNet has 112 x 112 outputs and 118 million multiply-adds") {
  const Conv2dGeometry stem{.batch = 8,
                            .in_channels = 3,
                            .in_height = 224,
                            .in_width = 224,
                            .out_channels = 64,
                            .kernel_height = 7,
                            .kernel_width = 7,
                            .stride_height = 2,
                            .stride_width = 2,
                            .padding_height = 3,
                            .padding_width = 3};
  stem.check();
  CHECK(stem.out_height() == 112);
  CHECK(stem.out_width() == 112);
  CHECK(stem.macs() == 118013952);
  CHECK(stem.weight_size() == 64 * 3 * 49);
}

TEST_CASE("conv2d geometry: groups divide the weights, dilation widens the kernel") {
  const Conv2dGeometry g{.batch = 1,
                         .in_channels = 8,
                         .in_height = 9,
                         .in_width = 9,
                         .out_channels = 12,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .dilation_height = 2,
                         .dilation_width = 4,
                         .groups = 4};
  g.check();
  CHECK(g.out_height() == 5);
  CHECK(g.out_width() == 1);
  CHECK(g.weight_size() == 12 * 2 * 9);
}

TEST_CASE("conv2d geometry: options at the ends of the type are refused before they overflow") {
  using adafuse::Index;
  const auto with = [](Index Conv2dGeometry::*option, Index value) {
    Conv2dGeometry g{.batch = 1, .in_channels = 2, .in_height = 9, .in_width = 9};
    g.out_channels = 2, g.kernel_height = g.kernel_width = 2;
    g.*option = value;
    return g;
  };
  for (const auto option :
       {&Conv2dGeometry::stride_height, &Conv2dGeometry::stride_width,
        &Conv2dGeometry::padding_height, &Conv2dGeometry::padding_width,
        &Conv2dGeometry::dilation_height, &Conv2dGeometry::dilation_width, &Conv2dGeometry::batch,
        &Conv2dGeometry::in_channels, &Conv2dGeometry::out_channels, &Conv2dGeometry::kernel_height,
        &Conv2dGeometry::kernel_width, &Conv2dGeometry::groups}) {
    for (const Index value :
         {std::numeric_limits<Index>::max(), Index{1} << 62, std::numeric_limits<Index>::min()})
      CHECK_THROWS_AS(with(option, value).check(), adafuse::Error);
    CHECK_NOTHROW(with(option, 1).check());
  }
  const auto g = with(&Conv2dGeometry::stride_height, Conv2dGeometry::longest_step);
  CHECK_NOTHROW(g.check());
  CHECK(g.out_height() == 1);
}

}  // namespace conv2d_geometry_test
