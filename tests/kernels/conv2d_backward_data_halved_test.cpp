// Backward data of convolutions that halve their image against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/gradients/data.hpp>

#include "random_conv2d.hpp"

namespace conv2d_backward_data_halved_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

/// A convolution that halves an image of any size, odd ones too.
Conv2dGeometry halving(Draws& draw) {
  const auto up_to = [&](Index n) { return 1 + draw.integer(n); };
  const Index kernel = draw.chance(0.6) ? 3 : 1, width = draw.chance(0.3) ? 70 : 20;
  return {.batch = up_to(5),
          .in_channels = up_to(18),
          .in_height = up_to(14),
          .in_width = up_to(width),
          .out_channels = up_to(12),
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = 2,
          .stride_width = 2,
          .padding_height = kernel / 2,
          .padding_width = kernel / 2};
}

TEST_CASE("backward data, halved: equals the naive loops, and writes every pixel") {
  Draws draw{Key(14)};
  int three = 0, odd = 0, single = 0;
  for (std::uint64_t k = 0; k < 120; ++k) {
    const RandomConv2d<float> c(halving(draw), draw, Key(14).of(k));
    REQUIRE(backward_data_halved::fits(c.g));
    auto dx = Tensor<float>::full(c.x.shape(), 7);
    backward_data::input_gradient_halved(c.g, c.dy.data(), c.w.data(), dx.data());
    CHECK(relative_error(dx, c.backward_data(ConvAlgorithm::reference)) < 2e-6);
    three += c.g.kernel_height == 3, odd += c.g.in_width % 2 == 1;
    single += c.g.out_pixels() == 1;
  }
  CHECK(three > 20);
  CHECK(three < 100);
  CHECK(odd > 20);
  CHECK(single < 20);
}

TEST_CASE("backward data, halved: an algorithm that is named is that one, or an error") {
  Draws draw{Key(15)};
  for (int k = 0; k < 5; ++k) {
    auto g = halving(draw);
    g.in_channels += 1;
    const RandomConv2d<float> c(g, draw, Key(15));
    CHECK_THROWS_AS(c.backward_data(ConvAlgorithm("depthwise")), ValueError);
    const auto expected = c.backward_data(ConvAlgorithm::reference);
    CHECK(relative_error(c.backward_data(ConvAlgorithm("packed")), expected) < 2e-6);
  }
}

TEST_CASE("backward data, halved: the bits do not depend on the number of threads") {
  const Conv2dGeometry g{.batch = 37,
                         .in_channels = 16,
                         .in_height = 16,
                         .in_width = 15,
                         .out_channels = 32,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .stride_height = 2,
                         .stride_width = 2,
                         .padding_height = 1,
                         .padding_width = 1};
  REQUIRE((backward_data_halved::fits(g) && backward_data_halved::pays(g)));
  const auto dy = Tensor<float>::randn({37, 32, 8, 8}, Key(1));
  const auto w = Tensor<float>::randn({32, 16, 3, 3}, Key(2));
  const auto [one, three] = with_one_and_three_threads([&] {
    auto dx = Tensor<float>::full({37, 16, 16, 15}, 7);
    conv2d_backward_data(g, dy.data(), w.data(), dx.data());
    return dx;
  });
  CHECK(std::ranges::equal(one, three));
  Tensor<float> expected(one.shape());
  conv2d_backward_data(g, dy.data(), w.data(), expected.data(), ConvAlgorithm::reference);
  CHECK(relative_error(one, expected) < 2e-6);
}

TEST_CASE("backward data, halved: other convolutions do not fit") {
  Draws draw{Key(15)};
  const auto g = halving(draw);
  auto dilated = g, padded = g, grouped = g, wide = g;
  dilated.dilation_width = 2, padded.padding_height += 1, wide.kernel_width += 2;
  grouped.groups = 2;
  for (const auto& other : {dilated, padded, grouped, wide})
    CHECK_FALSE(backward_data_halved::fits(other));
}

}  // namespace conv2d_backward_data_halved_test
