// Pooling as an operation: small cases by hand, where gradients go, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/kernels/reference/pool2d.hpp>
#include <adafuse/ops/pool2d.hpp>

namespace pool2d_test {

using namespace adafuse;

TEST_CASE("max_pool2d: the largest of each window, and its gradient to the first of equals") {
  const auto x = parameter(Tensor<float>::of({{1, 5, 2, 2}, {5, 0, 2, 2}}).reshape({1, 1, 2, 4}));
  const auto y = max_pool2d(x, {.kernel = 2});
  CHECK(y.shape() == Shape{1, 1, 1, 2});
  CHECK(y.value()(0, 0, 0, 0) == 5);
  CHECK(y.value()(0, 0, 0, 1) == 2);
  backward(y, Tensor<float>::of({3, 4}).reshape({1, 1, 1, 2}));
  const std::vector<float> expected = {0, 3, 4, 0, 0, 0, 0, 0};
  CHECK(std::equal(expected.begin(), expected.end(), x.grad().value().begin()));
}

TEST_CASE("max_pool2d, avg_pool2d: the naive loops, over kernels, strides and paddings") {
  const auto x = Tensor<float>::randn({2, 3, 9, 7}, Key(1));
  for (const Size2 kernel : {Size2(2), Size2(3), Size2(3, 2), Size2(7)})
    for (const Size2 stride : {Size2(1), Size2(2), Size2(3, 1)})
      for (const Size2 padding : {Size2(0), Size2(1), Size2(1, 0)})
        for (const bool ceil_mode : {false, true})
          for (const bool include : {false, true}) {
            const PoolOptions options{kernel, stride, padding, ceil_mode, include};
            const auto g = pool2d_geometry("pool", x.shape(), options);
            const auto largest = max_pool2d(x, options).value();
            const auto average = avg_pool2d(x, options).value();
            Tensor<float> expected(largest.shape());
            Tensor<std::int32_t> at(largest.shape());
            kernels::reference::max_pool2d(g, x.data(), expected.data(), at.data());
            REQUIRE(std::equal(expected.begin(), expected.end(), largest.begin()));
            kernels::reference::avg_pool2d(g, x.data(), expected.data());
            for (Index i = 0; i < expected.size(); ++i)
              REQUIRE(average.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-5));
          }
}

TEST_CASE("pooling: the stride is the kernel unless it is given") {
  const Tensor<float> x({1, 2, 9, 8});
  CHECK(max_pool2d(x, {.kernel = {3, 2}}).shape() == Shape{1, 2, 3, 4});
  CHECK(max_pool2d(x, {.kernel = {3, 2}, .stride = 1}).shape() == Shape{1, 2, 7, 7});
  CHECK(avg_pool2d(x, {.kernel = 2, .ceil_mode = true}).shape() == Shape{1, 2, 5, 4});
}

TEST_CASE("avg_pool2d: divisor_override divides the sums of the windows") {
  const auto x = Tensor<double>::of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}).reshape({1, 1, 3, 3});
  for (const bool include : {false, true}) {
    const auto y =
        avg_pool2d(
            x, {.kernel = 2, .padding = 1, .count_include_pad = include, .divisor_override = -3})
            .value();
    const double sums[] = {1, 5, 11, 28};
    for (Index i = 0; i < 4; ++i)
      CHECK(y.data()[i] == doctest::Approx(sums[i] / -3).epsilon(1e-14));
  }
  CHECK_THROWS_WITH_AS(avg_pool2d(x, {.kernel = 2, .divisor_override = 0}),
                       "avg_pool2d: divisor_override must not be 0", ValueError);
}

TEST_CASE("global_avg_pool: the mean of each plane, which is the average over one window") {
  const auto x = Tensor<double>::randn({2, 3, 4, 5}, Key(1));
  const auto y = global_avg_pool(x).value();
  const auto window = avg_pool2d(x, {.kernel = {4, 5}}).value();
  REQUIRE(y.shape() == Shape{2, 3});
  for (Index i = 0; i < 6; ++i) CHECK(y.data()[i] == doctest::Approx(window.data()[i]));
}

TEST_CASE("pooling: a wrong call is refused by name") {
  const Tensor<float> x({1, 2, 4, 4}), flat({2, 4});
  CHECK_THROWS_WITH_AS(max_pool2d(flat, {.kernel = 2}),
                       "max_pool2d: expects x [N,C,H,W], got [2,4]", ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool2d(x, {.kernel = 5}),
                       "avg_pool2d: window 5 is larger than the padded input 4", ShapeError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {.kernel = 3, .padding = 2}),
                       "max_pool2d: padding is at most half of the kernel 3, got 2", ValueError);
  CHECK_THROWS_AS(avg_pool2d(x, {.kernel = 2, .stride = 0}), ValueError);
  CHECK_THROWS_AS(global_avg_pool(flat), ShapeError);
  const Variable<float> image = x;
  CHECK_THROWS_AS(gather_pixels(image, PixelPositions({1, 3, 2, 2})), ShapeError);
  CHECK_THROWS_AS(scatter_pixels(image, PixelPositions({1, 2, 4, 4}), {1, 3, 8, 8}), ShapeError);
  PixelPositions outside({1, 2, 1, 1});
  outside.fill(16);
  CHECK_THROWS_WITH_AS(gather_pixels(image, outside),
                       "gather_pixels: position 16 is outside of a plane of 4x4", ValueError);
}

}  // namespace pool2d_test
