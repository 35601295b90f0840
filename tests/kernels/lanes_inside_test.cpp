// Lanes inside: every lane of every vector against the definition.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/shared/lanes_inside.hpp>

#include "random_conv2d.hpp"

namespace lanes_inside_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("lanes inside: a lane is inside where its pixel exists and its tap finds the image") {
  Draws draw{Key(5)};
  LanesInside lanes;
  for (int k = 0; k < 100; ++k) {
    const auto g = forward_correlation(random_geometry(draw));
    int wrong = 0;
    for (Index v = 0; v * Floats::width < g.out_pixels(); ++v) {
      lanes.set_vector(g, v);
      for (Index p = 0; p < g.kernel_height; ++p)
        for (Index q = 0; q < g.kernel_width; ++q) {
          float inside[Floats::width] = {};
          Floats::broadcast(1).store(inside, lanes(p, q));
          for (Index lane = 0; lane < Floats::width; ++lane) {
            const Index pixel = v * Floats::width + lane;
            const Index row = g.row(pixel / g.out_width, p),
                        column = g.column(pixel % g.out_width, q);
            const bool expected = pixel < g.out_pixels() && row >= 0 && row < g.in_height &&
                                  column >= 0 && column < g.in_width;
            wrong += (inside[lane] == 1) != expected;
          }
        }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("lanes inside: at stride 1 and one row length, taps are fixed offsets") {
  const Conv2dGeometry g{.batch = 1,
                         .in_channels = 1,
                         .in_height = 4,
                         .in_width = 7,
                         .out_channels = 1,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .padding_height = 1,
                         .padding_width = 1};
  std::vector<Index> offsets;
  find_tap_offsets(forward_correlation(g), offsets);
  CHECK(offsets == std::vector<Index>{-8, -7, -6, -1, 0, 1, 6, 7, 8});
}

}  // namespace lanes_inside_test
