// Backward weights by dot products against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/gradients/weights_dots.hpp>

#include "random_conv2d.hpp"

namespace conv2d_backward_weights_dots_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

TEST_CASE("backward weights, dots: equals the naive loops, in place and strided") {
  int in_place = 0, strided = 0;
  const auto fits = [](const Conv2dGeometry& g) {
    return backward_weights_dots::fits(forward_correlation(g));
  };
  for_random_convolutions<float>(9, 120, fits, [&](const RandomConv2d<float>& c) {
    const auto g = forward_correlation(c.g);
    auto dw = Tensor<float>::full(c.w.shape(), 7);
    backward_weights_dots::weight_gradient(g, c.x.data(), c.dy.data(), dw.data());
    CHECK(relative_error(dw, c.backward_weights(ConvAlgorithm::reference)) < 2e-6);
    ++(g.same_pitch() ? in_place : strided);
  });
  CHECK(in_place > 20);
  CHECK(strided > 20);
}

TEST_CASE("backward weights, dots: many frames go in groups, whatever the number of threads") {
  const Conv2dGeometry g{.batch = 37,
                         .in_channels = 3,
                         .in_height = 32,
                         .in_width = 32,
                         .out_channels = 15,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .padding_height = 1,
                         .padding_width = 1};
  const auto x = Tensor<float>::randn({37, 3, 32, 32}, Key(1));
  const auto dy = Tensor<float>::randn({37, 15, 32, 32}, Key(2));
  const auto [one, three] = with_one_and_three_threads([&] {
    auto dw = Tensor<float>({15, 3, 3, 3});
    conv2d_backward_weights(g, x.data(), dy.data(), dw.data());
    return dw;
  });
  CHECK(std::ranges::equal(one, three));
  Tensor<float> expected(one.shape());
  conv2d_backward_weights(g, x.data(), dy.data(), expected.data(), ConvAlgorithm::reference);
  CHECK(relative_error(one, expected) < 1e-5);
}

TEST_CASE("backward weights, dots: sums of a million products keep their digits") {
  for (const Index stride : {1, 2}) {
    const Index size = 1024, out = size / stride;
    const Conv2dGeometry g{.batch = 1,
                           .in_channels = 2,
                           .in_height = size,
                           .in_width = size,
                           .out_channels = 3,
                           .kernel_height = 3,
                           .kernel_width = 3,
                           .stride_height = stride,
                           .stride_width = stride,
                           .padding_height = 1,
                           .padding_width = 1};
    REQUIRE(backward_weights_dots::fits(forward_correlation(g)));
    const auto x = Tensor<float>::ones({1, 2, size, size}),
               dy = Tensor<float>::full({1, 3, out, out}, 0.1f);
    Tensor<float> dw({3, 2, 3, 3});
    backward_weights_dots::weight_gradient(forward_correlation(g), x.data(), dy.data(), dw.data());
    const auto right = [](Index outputs) { return 0.1f * static_cast<double>(outputs); };
    CHECK(dw(2, 1, 1, 1) == doctest::Approx(right(out * out)).epsilon(3e-5));
    CHECK(dw(1, 0, 0, 0) == doctest::Approx(right((out - 1) * (out - 1))).epsilon(3e-5));
  }
}

}  // namespace conv2d_backward_weights_dots_test
