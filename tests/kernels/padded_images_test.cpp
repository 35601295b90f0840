// PaddedImages: through any tap, a row of outputs reads its pixels side by side, and zeros where
// the image ends.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/conv2d/gradients/padded_images.hpp>

#include "random_conv2d.hpp"

namespace padded_images_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

Range some_of(Draws& draw, Index count) {
  const Index begin = draw.integer(count);
  return {begin, begin + 1 + draw.integer(count - begin)};
}

}  // namespace

TEST_CASE("padded images: blocks of random convolutions hold what each tap reads") {
  Draws draw{Key(61)};
  PaddedImages images;
  for (int round = 0; round < 200; ++round) {
    const auto g = forward_correlation(random_geometry(draw));
    const auto x = Tensor<float>::randn({g.batch, g.in_channels, g.in_height, g.in_width},
                                        Key(62).of(static_cast<std::uint64_t>(round)));
    const OutputBlock block{some_of(draw, g.batch), some_of(draw, g.out_height),
                            some_of(draw, g.out_width)};
    const Range channels = some_of(draw, g.in_channels);
    images.set_block(g, block);
    auto memory = Tensor<float>::full({images.room(channels.size())}, 77);
    images.pack(x.data(), channels, memory.data());
    CAPTURE(round);
    Index wrong = 0;
    for (Index c = channels.begin; c < channels.end; ++c)
      for (Index n = block.frames.begin; n < block.frames.end; ++n)
        for (Index i = block.rows.begin; i < block.rows.end; ++i)
          for (Index t = 0; t < g.taps(); ++t)
            for (Index j = block.columns.begin; j < block.columns.end; ++j) {
              const Index line =
                  (n - block.frames.begin) * block.rows.size() + i - block.rows.begin;
              const float got = memory.data()[(c - channels.begin) * images.channel_size() +
                                              images.tap_offsets()[static_cast<std::size_t>(t)] +
                                              images.row_starts()[static_cast<std::size_t>(line)] +
                                              j - block.columns.begin];
              const Index row = g.row(i, t / g.kernel_width),
                          column = g.column(j, t % g.kernel_width);
              const bool in = 0 <= row && row < g.in_height && 0 <= column && column < g.in_width;
              wrong += got != (in ? x(n, c, row, column) : 0);
            }
    CHECK(wrong == 0);
  }
}

}  // namespace padded_images_test
