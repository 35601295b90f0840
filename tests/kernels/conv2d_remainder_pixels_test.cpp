// Maps whose last pixels fill no vector: 7 x 7, 14 x 14 and the like.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <limits>

namespace conv2d_remainder_pixels_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE("remainder pixels: up to a quarter of a vector, and never a whole map") {
  CHECK(remainder_pixels(Floats::width) == 0);
  CHECK(remainder_pixels(Floats::width + 1) == 1);
  CHECK(remainder_pixels(2 * Floats::width + Floats::width / 4) == Floats::width / 4);
  CHECK(remainder_pixels(2 * Floats::width + Floats::width / 4 + 1) == 0);
  CHECK(remainder_pixels(1) == 0);
}

// Frames from one on: a few pixels are dot products, more of them one panel, or several.
TEST_CASE("remainder pixels: lists, groups, residual and ReLU as the naive loops have them") {
  const std::vector<std::int32_t> ins{1, 2, 5}, outs{0, 3, 4, 5, 7, 9, 10, 11, 13}, none;
  const LiveChannels in[]{LiveChannels(ins), LiveChannels(none), {}, LiveChannels(ins)};
  const LiveChannels out[]{LiveChannels(outs), {}, LiveChannels(ins), LiveChannels(none)};
  for (const Index batch : {1, 2, 3, 13})
    for (const Index side : {5, 7, 14})
      for (const Index groups : {1, 2})
        for (const int lists : {0, 1, 2, 3}) {  // none, different ones, the same, no input at all
          const Conv2dGeometry g{.batch = batch,
                                 .in_channels = 6,
                                 .in_height = side,
                                 .in_width = side,
                                 .out_channels = 14,
                                 .kernel_height = 3,
                                 .kernel_width = 3,
                                 .padding_height = 1,
                                 .padding_width = 1,
                                 .groups = groups};
          auto x = Tensor<float>::randn({batch, 6, side, side}, Key(1));
          const auto w = Tensor<float>::randn({14, 6 / groups, 3, 3}, Key(2));
          const auto scale = Tensor<float>::randn({14}, Key(3)), shift = scale;
          const auto residual = Tensor<float>::randn({batch, 14, side, side}, Key(4));
          std::vector<LiveChannels> live_in, live_out;
          for (Index n = 0; n < batch && lists > 0; ++n) {
            live_in.push_back(lists == 1 ? in[n % 4] : lists == 2 ? in[0] : in[1]);
            live_out.push_back(out[n % 4]);
            for (const Index dead : {0, 3, 4})  // What does not live may hold anything.
              if (!live_in.back().all()) x[n][dead].fill(std::numeric_limits<float>::quiet_NaN());
          }
          Conv2dOptions<float> options{
              .algorithm = ConvAlgorithm("masked_direct"),
              .epilogue = {scale.data(), shift.data(), residual.data(), Activation::relu},
              .live_out = live_out,
              .live_in = live_in};
          auto y = Tensor<float>::full(residual.shape(), -1), expected = y.clone();
          conv2d<float>(g, x.data(), w.data(), y.data(), options);
          options.algorithm = ConvAlgorithm::reference;
          conv2d<float>(g, x.data(), w.data(), expected.data(), options);
          INFO("batch " << batch << ", side " << side << ", groups " << groups << ", lists "
                        << lists);
          float worst = 0;
          for (Index i = 0; i < y.size(); ++i) {
            const float difference = std::abs(y.data()[i] - expected.data()[i]);
            if (!(difference <= worst)) worst = difference;
          }
          CHECK(worst < 1e-4f);
        }
}

TEST_CASE("remainder pixels: rows of weights that are taken a few at a time") {
  constexpr Index deep = 6400, outs = 20;  // Eight rows, or sixteen, are half a megabyte.
  const Index width = Floats::width + 1;
  for (const int batch : {1, 3, 3 * Floats::width + 1}) {
    const Conv2dGeometry g{.batch = batch,
                           .in_channels = deep,
                           .in_height = 1,
                           .in_width = width,
                           .out_channels = outs};
    const auto x = Tensor<float>::randn({batch, deep, 1, width}, Key(1));
    const auto w = Tensor<float>::randn({outs, deep, 1, 1}, Key(2));
    Tensor<float> y({batch, outs, 1, width});
    conv2d<float>(g, x.data(), w.data(), y.data(), {.algorithm = ConvAlgorithm("masked_direct")});
    double worst = 0;
    for (Index n = 0; n < batch; ++n)
      for (Index o = 0; o < outs; ++o) {
        double sum = 0;
        for (Index c = 0; c < deep; ++c) sum += double{w(o, c, 0, 0)} * x(n, c, 0, width - 1);
        worst = std::max(worst, std::abs(sum - y(n, o, 0, width - 1)));
      }
    INFO("batch " << batch);
    CHECK(worst < 1e-3);  // Of sums of about 80.
  }
}

}  // namespace conv2d_remainder_pixels_test
