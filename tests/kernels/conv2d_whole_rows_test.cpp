// Whole rows against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/direct/whole_rows.hpp>

#include "random_conv2d.hpp"

namespace conv2d_whole_rows_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

bool fits(const Conv2dGeometry& g) { return whole_rows::fits(forward_correlation(g)); }

/// Output rows that fill vectors: as wide as one, half or a quarter of it.
Conv2dGeometry some_geometry(Draws& draw) {
  const Index stride = 1 + draw.integer(2), kernel = stride == 1 || draw.chance(0.7) ? 3 : 1;
  const Index width = Floats::width >> draw.integer(3), rows_of_vector = Floats::width / width;
  auto g = square_convolution(1 + draw.integer(3), 1 + draw.integer(9), stride * width,
                              1 + draw.integer(30), stride, kernel);
  g.in_height = stride * rows_of_vector * (1 + draw.integer(9));
  return g;
}

}  // namespace

TEST_CASE("conv2d, whole_rows: equals the naive loops, with any lists and epilogue") {
  Draws draw{Key(41)};
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto g = some_geometry(draw);
    CAPTURE(g.in_height);
    CAPTURE(g.in_width);
    CAPTURE(g.kernel_width);
    CAPTURE(g.stride_width);
    REQUIRE(fits(g));
    const RandomConv2d<float> c(g, draw, Key(41).of(i));
    CHECK(relative_error(c.forward(ConvAlgorithm("whole_rows")),
                         c.forward(ConvAlgorithm::reference)) < 2e-6);
  }
}

TEST_CASE("conv2d, whole_rows: the same bits for any number of threads, one frame or several") {
  Draws draw{Key(42)};
  for (const Index stride : {1, 2})
    for (const Index batch : {1, 2, 7}) {
      const auto g = square_convolution(batch, 5, stride * Floats::width, 13, stride);
      const RandomConv2d<float> c(g, draw, Key(42));
      const auto [one, three] =
          with_one_and_three_threads([&] { return c.forward(ConvAlgorithm("whole_rows")); });
      CHECK(std::ranges::equal(one, three));
    }
}

TEST_CASE("conv2d, whole_rows: nothing beside the image is read") {
  // Each channel alone in memory that is not a number around it: what leaked would show.
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& [kernel, stride] : {std::pair<Index, Index>{1, 2}, {3, 2}, {3, 1}})
    for (const Index width : {Floats::width / 4, Floats::width / 2, Floats::width + 0}) {
      const auto g = square_convolution(1, 3, stride * width, 9, stride, kernel);
      if (!fits(g)) continue;  // A map of less than a vector.
      auto x = Tensor<float>::full({3, stride * width, stride * width}, nan);
      x[1].fill(1);
      const auto w = Tensor<float>::full({9, 3, kernel, kernel}, 1);
      const std::vector<std::int32_t> middle = {1};
      const std::vector<LiveChannels> live_in = {LiveChannels(middle)};
      Tensor<float> y({9, width, width});
      conv2d(g, x.data(), w.data(), y.data(),
             {.algorithm = ConvAlgorithm("whole_rows"), .live_in = live_in});
      const auto at_edge = [&, last = stride == 1 ? width - 1 : -1](Index i) {
        return 3 - (i == 0) - (i == last);
      };
      for (Index o = 0; o < 9; ++o)
        for (Index i = 0; i < width; ++i)
          for (Index j = 0; j < width; ++j)
            CHECK(y[o](i, j) == (kernel == 1 ? 1 : at_edge(i) * at_edge(j)));
    }
}

TEST_CASE("conv2d, whole_rows: fits what it says, and nothing else") {
  const auto changed = [](auto change) {
    auto g = square_convolution(2, 4, 2 * Floats::width, 4, 2);
    change(g);
    return fits(g);
  };
  using G = Conv2dGeometry;
  CHECK(changed([](G&) {}));
  CHECK(changed([](G& g) { g.in_height = 4; }));
  CHECK_FALSE(changed([](G& g) { g.in_height = 5; }));
  CHECK_FALSE(changed([](G& g) { g.in_width -= 1; }));
  CHECK_FALSE(changed([](G& g) { g.in_width *= 2; }));
  CHECK_FALSE(changed([](G& g) { g.in_width = Floats::width / 4; }));
  CHECK_FALSE(changed([](G& g) { g.stride_height = 1; }));
  CHECK_FALSE(changed([](G& g) { g.stride_height = g.stride_width = 3; }));
  CHECK_FALSE(changed([](G& g) { g.stride_width = 1; }));
  CHECK_FALSE(changed([](G& g) { g.groups = 2; }));
  CHECK_FALSE(changed([](G& g) { g.padding_width = 0; }));
  CHECK_FALSE(changed([](G& g) { g.padding_height = 2; }));
  CHECK_FALSE(changed([](G& g) { g.dilation_height = g.padding_height = 2; }));
  CHECK_FALSE(changed([](G& g) { g.kernel_height = 1, g.padding_height = 0; }));
  CHECK_FALSE(changed([](G& g) { g.kernel_height = g.kernel_width = 2; }));
}

TEST_CASE("conv2d, whole_rows: of stride 1 it has the bits of masked_direct") {
  Draws draw{Key(43)};
  const auto g = square_convolution(3, 7, Floats::width, 13, 1);
  const RandomConv2d<float> c(g, draw, Key(43));
  CHECK(std::ranges::equal(c.forward(ConvAlgorithm("whole_rows")),
                           c.forward(ConvAlgorithm("masked_direct"))));
}

TEST_CASE(
    "conv2d, whole_rows: chosen for small maps, mostly where few output channels are wanted") {
  const auto chosen = [&](Index size, Index in, Index out, Index stride,
                          std::span<const LiveChannels> live_out) {
    const auto g = square_convolution(8, in, size, out, stride);
    return choose_algorithm(forward_correlation(g),
                            {.algorithm = ConvAlgorithm::direct, .live_out = live_out})
        .name;
  };
  const std::vector<std::int32_t> few = {1, 4, 9};
  const std::vector<LiveChannels> live_out(8, LiveChannels(few));
  for (const Index stride : {1, 2}) {
    CHECK(chosen(stride * Floats::width, 16, 32, stride, live_out) == ConvAlgorithm("whole_rows"));
    CHECK(chosen(stride * Floats::width, 16, 4, stride, {}) == ConvAlgorithm("whole_rows"));
    CHECK(chosen(112, 64, 128, stride, {}) != ConvAlgorithm("whole_rows"));
  }
}

}  // namespace conv2d_whole_rows_test
