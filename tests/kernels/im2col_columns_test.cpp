// im2col and col2im: each is the transpose of the other.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/im2col/columns.hpp>
#include <numeric>

#include "random_conv2d.hpp"

namespace im2col_test {

using namespace adafuse;

TEST_CASE("im2col: <im2col x, c> equals <x, col2im c> on every geometry") {
  Draws draw{Key(1)};
  for (std::uint64_t round = 0; round < 100; ++round) {
    const auto g = testing::random_geometry(draw);
    const auto x = Tensor<double>::randn({g.in_pixels()}, Key(2).of(round));
    const auto c = Tensor<double>::randn({g.taps(), g.out_pixels()}, Key(3).of(round));
    Tensor<double> columns(c.shape()), image(x.shape());
    kernels::im2col(g, x.data(), columns.data());
    kernels::col2im(g, c.data(), image.data());
    const double left = std::inner_product(columns.begin(), columns.end(), c.begin(), 0.0);
    const double right = std::inner_product(x.begin(), x.end(), image.begin(), 0.0);
    CHECK(left == doctest::Approx(right).epsilon(1e-12));
  }
}

}  // namespace im2col_test
