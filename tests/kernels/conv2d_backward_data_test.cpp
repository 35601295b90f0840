// Backward data of strided kernels: dx is interleaved from phases, a small plane at once and a
// large one row by row.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "random_conv2d.hpp"

namespace conv2d_backward_data_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE(
    "backward data: planes of all sizes are interleaved from the phases of a strided kernel") {
  Draws draw{Key(1)};
  for (const Index width : {1, 2, 15, 16, 17, 31, 32, 33, 47, 64, 65})
    for (const Index height : {1, 5, 24})  // 24 x 47 and more are large.
      for (const Index kernel : {1, 2, 3, 5})
        for (const Index down : {1, 2, 3})
          for (const Index across : {2, 3}) {
            CAPTURE(width);
            CAPTURE(height);
            CAPTURE(kernel);
            CAPTURE(down);
            CAPTURE(across);
            const Conv2dGeometry g{.batch = 2,
                                   .in_channels = 3,
                                   .in_height = height,
                                   .in_width = width,
                                   .out_channels = 2,
                                   .kernel_height = kernel,
                                   .kernel_width = kernel,
                                   .stride_height = down,
                                   .stride_width = across,
                                   .padding_height = kernel / 2,
                                   .padding_width = kernel / 2};
            if (height + 2 * (kernel / 2) < kernel || width + 2 * (kernel / 2) < kernel) continue;
            const RandomConv2d<float> c(g, draw, Key(2));
            for (const auto algorithm : {ConvAlgorithm::direct, ConvAlgorithm("packed")})
              CHECK(relative_error(c.backward_data(algorithm),
                                   c.backward_data(ConvAlgorithm::reference)) < 2e-6);
          }
}

}  // namespace conv2d_backward_data_test
