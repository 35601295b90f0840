// Masked direct convolution against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d_masked_direct.hpp>

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
    CHECK(relative_error(c.forward(ConvAlgorithm::masked_direct),
                         c.forward(ConvAlgorithm::reference)) < 2e-6);
    ++(forward_correlation(c.g).same_pitch() ? in_place : strided);
  });
  CHECK(in_place > 50);
  CHECK(strided > 50);
}

}  // namespace conv2d_masked_direct_test
