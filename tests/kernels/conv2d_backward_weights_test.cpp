// Backward weights where how the work is cut matters: which side is transposed, whether the sums
// are dw itself, how deep a block is.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/parallel.hpp>

#include "random_conv2d.hpp"

namespace conv2d_backward_weights_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("backward weights: many channels and few, of few pixels and many, equal columns") {
  struct Layer {
    Index batch, ins, outs, size, kernel = 1, stride = 1;
  };
  for (const Layer& l : {Layer{2, 48, 320, 5},          // exchanged, and the sums are dw
                         Layer{2, 40, 320, 5},          // exchanged, with lanes to spare
                         Layer{2, 320, 256, 3},         // exchanged though it makes fewer channels
                         Layer{4, 32, 16, 20},          // not exchanged
                         Layer{9, 256, 1024, 6},        // many sums, added from several parts
                         Layer{3, 1024, 256, 6, 1, 2},  // of picked pixels
                         Layer{4, 128, 300, 10, 3},     // so many sums that blocks are deep
                         Layer{5, 128, 300, 19, 3, 2}}) {
    CAPTURE(l.ins);
    CAPTURE(l.outs);
    CAPTURE(l.size);
    const Index padding = l.kernel / 2;
    const Conv2dGeometry g{.batch = l.batch,
                           .in_channels = l.ins,
                           .in_height = l.size,
                           .in_width = l.size,
                           .out_channels = l.outs,
                           .kernel_height = l.kernel,
                           .kernel_width = l.kernel,
                           .stride_height = l.stride,
                           .stride_width = l.stride,
                           .padding_height = padding,
                           .padding_width = padding};
    Draws draw{Key(1)};
    const RandomConv2d<float> c(g, draw, Key(2));
    const auto [one, three] =
        with_one_and_three_threads([&] { return c.backward_weights(ConvAlgorithm::automatic); });
    CHECK(relative_error(one, c.backward_weights(ConvAlgorithm::im2col)) < 2e-6);
    CHECK(std::ranges::equal(one, three));
  }
}

TEST_CASE("backward weights: 1x1 kernels of any stride, from maps of odd and even sizes") {
  Draws draw{Key(1)};
  for (const auto& channels : {std::pair<Index, Index>{5, 40}, {40, 5}, {20, 70}})
    for (const Index height : {1, 8, 9})
      for (const Index width : {1, 2, 15, 32, 33, 70, 850})
        for (const Index down : {1, 2, 3})
          for (const Index across : {1, 2, 3})
            for (const Index groups : {1, 5}) {
              CAPTURE(channels.first);
              CAPTURE(height);
              CAPTURE(width);
              CAPTURE(down);
              CAPTURE(across);
              CAPTURE(groups);
              const Conv2dGeometry g{.batch = 3,
                                     .in_channels = channels.first,
                                     .in_height = height,
                                     .in_width = width,
                                     .out_channels = channels.second,
                                     .stride_height = down,
                                     .stride_width = across,
                                     .groups = groups};
              const RandomConv2d<float> c(g, draw, Key(2));
              CHECK(relative_error(c.backward_weights(ConvAlgorithm::automatic),
                                   c.backward_weights(ConvAlgorithm::im2col)) < 1e-5);
            }
}

}  // namespace conv2d_backward_weights_test
