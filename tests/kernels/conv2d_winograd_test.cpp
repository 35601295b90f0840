// Winograd convolution and its transforms against the definition.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/winograd/winograd.hpp>

#include "random_conv2d.hpp"

namespace conv2d_winograd_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("conv2d, winograd: equals the naive loops to 1e-5 of the largest output") {
  const auto fits = [](const Conv2dGeometry& g) { return winograd::fits(forward_correlation(g)); };
  for_random_convolutions<float>(7, 80, fits, [](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm("winograd")),
                         c.forward(ConvAlgorithm::reference)) < 2e-5);
  });
}

}  // namespace conv2d_winograd_test
