// Phase images: through every tap, an output pixel finds what the definition says.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/shared/polyphase_images.hpp>

#include "random_conv2d.hpp"

namespace polyphase_images_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("phase images: each tap of some rows reads at a fixed offset what lies in the image") {
  Draws draw{Key(3)};
  int seen = 0;
  while (seen < 400) {
    const auto g = forward_correlation(random_geometry(draw));
    if (g.stride_height * g.stride_width == 1 || !PolyphaseImages::fits(g)) continue;
    ++seen;
    const auto x = Tensor<float>::randn({g.in_height, g.in_width}, Key(4));
    const Index first = draw.integer(g.out_height),
                end = first + 1 + draw.integer(g.out_height - first);
    PolyphaseImages images;
    images.set_rows(g, {first, end});
    auto copy = Tensor<float>::full({images.channel_size()}, -99);
    images.copy(x.data(), 0, copy.data());
    int wrong = 0;
    for (Index p = 0; p < g.kernel_height; ++p)
      for (Index q = 0; q < g.kernel_width; ++q)
        for (Index i = first; i < end; ++i)
          for (Index j = 0; j < g.out_width; ++j) {
            const Index row = g.row(i, p), column = g.column(j, q);
            if (row < 0 || row >= g.in_height || column < 0 || column >= g.in_width) continue;
            const Index tap =
                images.tap_offsets()[static_cast<std::size_t>(p * g.kernel_width + q)];
            wrong += copy.data()[tap + (i - first) * g.out_width + j] !=
                     x.data()[row * g.in_width + column];
          }
    CHECK(wrong == 0);
  }
}

TEST_CASE("phase images: an output narrower than a phase does not fit") {
  Conv2dGeometry g{.batch = 1,
                   .in_channels = 1,
                   .in_height = 9,
                   .in_width = 9,
                   .out_channels = 1,
                   .kernel_height = 3,
                   .kernel_width = 3,
                   .stride_height = 2,
                   .stride_width = 2};
  CHECK(!PolyphaseImages::fits(forward_correlation(g)));  // 4 columns of 5.
  g.padding_width = 1;
  CHECK(PolyphaseImages::fits(forward_correlation(g)));
}

}  // namespace polyphase_images_test
