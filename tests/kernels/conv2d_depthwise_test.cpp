// Depthwise convolution, forward and backward, against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/depthwise/depthwise.hpp>

#include "random_conv2d.hpp"

namespace conv2d_depthwise_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

/// Random geometries with a kernel for each channel.
template <class Visit>
void for_random_depthwise(std::uint64_t seed, int count, const Visit& visit) {
  Draws draw{Key(seed)};
  for (int found = 0; found < count;) {
    auto g = random_geometry(draw);
    g.groups = g.in_channels = g.out_channels = 1 + draw.integer(9);
    if (!depthwise::fits(forward_correlation(g))) continue;
    visit(RandomConv2d<float>(g, draw, Key(seed).of(static_cast<std::uint64_t>(++found))));
  }
}

}  // namespace

TEST_CASE("conv2d, depthwise: equals the naive loops on every geometry") {
  for_random_depthwise(7, 80, [](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm("depthwise")),
                         c.forward(ConvAlgorithm::reference)) < 2e-6);
  });
}

TEST_CASE("conv2d, depthwise: the gradients equal the naive loops") {
  for_random_depthwise(8, 80, [](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.backward_data(ConvAlgorithm::automatic),
                         c.backward_data(ConvAlgorithm::reference)) < 2e-6);
    CHECK(relative_error(c.backward_weights(ConvAlgorithm::automatic),
                         c.backward_weights(ConvAlgorithm::reference)) < 2e-6);
  });
}

TEST_CASE("conv2d, depthwise: gradients of the weights of a million pixels keep their digits") {
  for (const Index kernel : {3, 5})
    for (const Index stride : {1, 2}) {
      const Index size = 1024, out = size / stride, padding = kernel / 2;
      const Conv2dGeometry g{.batch = 2,
                             .in_channels = 2,
                             .in_height = size,
                             .in_width = size,
                             .out_channels = 2,
                             .kernel_height = kernel,
                             .kernel_width = kernel,
                             .stride_height = stride,
                             .stride_width = stride,
                             .padding_height = padding,
                             .padding_width = padding,
                             .groups = 2};
      REQUIRE(depthwise::fits(forward_correlation(g)));
      const auto x = Tensor<float>::ones({2, 2, size, size}),
                 dy = Tensor<float>::full({2, 2, out, out}, 0.1f);
      Tensor<float> dw({2, 1, kernel, kernel});
      depthwise::weight_gradient(forward_correlation(g), x.data(), dy.data(), dw.data());
      CHECK(dw(1, 0, padding, padding) ==
            doctest::Approx(0.1f * 2.0 * static_cast<double>(out * out)).epsilon(3e-5));
    }
}

}  // namespace conv2d_depthwise_test
