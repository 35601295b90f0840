// Masked direct convolution against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d_masked_direct.hpp>

#include "random_conv2d.hpp"

namespace conv2d_masked_direct_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("conv2d, masked_direct: reads the image where it lies and equals the naive loops") {
  const auto fits = [](const Conv2dGeometry& g) {
    return g.stride_height == 1 && g.stride_width == 1 && g.out_width() == g.in_width;
  };
  for_random_convolutions<float>(7, 120, fits, [](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm::masked_direct),
                         c.forward(ConvAlgorithm::reference)) < 2e-6);
  });
}

}  // namespace conv2d_masked_direct_test
