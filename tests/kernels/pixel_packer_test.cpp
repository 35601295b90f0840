// PixelPacker: every place of a panel holds the pixel that its tap reads for its output, or 0.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/conv2d/packed/pixel_packer.hpp>

#include "random_conv2d.hpp"

namespace pixel_packer_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

/// The output pixel that comes as number `at` in an order.
struct Place {
  Index frame, i, j;
};
Place place_of(const PixelOrder& order, Index at) {
  const Index row = at / order.width, j = at % order.width;
  return order.by_rows ? Place{order.first_frame + row % order.frames, row / order.frames, j}
                       : Place{order.first_frame + row / order.height, row % order.height, j};
}

/// Checks a panel of the outputs [begin, end), of the channels of a list in [first, last).
void check_panel(const Correlation& g, const Tensor<float>& x, const PixelOrder& order, Index begin,
                 Index end, const ChannelList& channels, Range of_list, bool all_rows) {
  PixelPacker packer;
  packer.set_tile(g, x.data(), order, begin, end, all_rows);
  const Index step = packer.vectors() * Floats::width;
  const auto panel =
      Tensor<float>::full({of_list.size() * packer.steps_per_channel() * step + 1}, 77);
  packer.pack(channels, of_list, panel.clone().data(), step);
  auto packed = panel.clone();
  packer.pack(channels, of_list, packed.data(), step);
  const Range rows = packer.kernel_rows();
  Index wrong = 0, k = 0;
  for (Index c = of_list.begin; c < of_list.end; ++c)
    for (Index p = rows.begin; p < rows.end; ++p)
      for (Index q = 0; q < g.kernel_width; ++q)
        for (Index l = 0; l < step; ++l, ++k) {
          if (begin + l >= end) continue;  // Lanes behind the last output may hold anything.
          const auto [n, i, j] = place_of(order, begin + l);
          const Index row = g.row(i, p), column = g.column(j, q);
          const bool in = 0 <= row && row < g.in_height && 0 <= column && column < g.in_width;
          wrong += packed.data()[k] != (in ? x(n, channels[c], row, column) : 0);
        }
  CHECK(wrong == 0);
  CHECK(packed.data()[k] == 77);
  // A kernel row that is left out finds nothing for any output of the tile.
  for (Index p = 0; p < g.kernel_height && !all_rows; ++p)
    for (Index l = begin; l < end && (p < rows.begin || p >= rows.end); ++l) {
      const Index row = g.row(place_of(order, l).i, p);
      CHECK((row < 0 || row >= g.in_height));
    }
}

}  // namespace

TEST_CASE("pixel packer: panels of random convolutions, frame by frame and row by row") {
  Draws draw{Key(51)};
  for (int round = 0; round < 150; ++round) {
    const auto geometry = random_geometry(draw);
    const auto g = forward_correlation(geometry);
    const auto x = Tensor<float>::randn({g.batch, g.in_channels, g.in_height, g.in_width},
                                        Key(52).of(static_cast<std::uint64_t>(round)));
    const bool together = draw.chance(0.5);
    const PixelOrder order{together ? 0 : draw.integer(g.batch), together ? g.batch : 1,
                           g.out_height, g.out_width, draw.chance(0.5)};
    const Index begin = draw.integer(order.size()),
                end = std::min(order.size(), begin + 1 + draw.integer(3 * Floats::width));
    std::vector<std::int32_t> list;
    for (Index c = 0; c < g.in_channels; ++c)
      if (draw.chance(0.5) || list.empty()) list.push_back(static_cast<std::int32_t>(c));
    const ChannelList all{nullptr, 0, g.in_channels}, some{list.data(), 0, std::ssize(list)};
    const ChannelList& channels = draw.chance(0.5) ? all : some;
    const Index first = draw.integer(channels.count);
    CAPTURE(round);
    check_panel(g, x, order, begin, end, channels,
                {first, first + 1 + draw.integer(channels.count - first)}, draw.chance(0.3));
  }
}

}  // namespace pixel_packer_test
