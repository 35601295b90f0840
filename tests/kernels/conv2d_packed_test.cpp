// Packed convolution against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/packed/packed.hpp>

#include "random_conv2d.hpp"

namespace conv2d_packed_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("conv2d, packed: equals the naive loops on every geometry") {
  const auto fits = [](const Conv2dGeometry& g) { return g.batch > 0; };
  for_random_convolutions<float>(7, 150, fits, [](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm("packed")), c.forward(ConvAlgorithm::reference)) <
          2e-6);
  });
}

}  // namespace conv2d_packed_test
