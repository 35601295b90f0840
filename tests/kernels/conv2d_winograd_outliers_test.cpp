// Winograd convolution of images with outliers: what does not read them does not feel them. The
// naive loops would take long; im2col is compared with them in nan_table_test.cpp.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/winograd/outliers.hpp>
#include <cmath>

#include "random_conv2d.hpp"

namespace conv2d_winograd_outliers_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity(),
                nan = std::numeric_limits<float>::quiet_NaN();

struct Difference {
  Index not_finite = 0, wrong_class = 0;
  double outside = 0;  // the largest, of outputs that do not read the outlier
};

/// `got` against `expected`, where pixel (i, j) is an outlier; maps with a padding of 1.
Difference difference(const Tensor<float>& got, const Tensor<float>& expected, Index i, Index j) {
  Difference d;
  const Index height = got.size(2), width = got.size(3);
  for (Index k = 0; k < got.size(); ++k) {
    const float g = got.data()[k], e = expected.data()[k];
    d.not_finite += !std::isfinite(g);
    d.wrong_class += std::isnan(g) != std::isnan(e) || std::isinf(g) != std::isinf(e);
    const bool reads = std::abs(k / width % height - i) <= 1 && std::abs(k % width - j) <= 1;
    if (!reads) d.outside = std::max(d.outside, std::abs(double(g) - double(e)));
  }
  return d;
}

Tensor<float> convolve(const Conv2dGeometry& g, const Tensor<float>& x, const Tensor<float>& w,
                       Conv2dOptions<float> options, ConvAlgorithm algorithm) {
  options.algorithm = algorithm;
  auto y = Tensor<float>({g.batch, g.out_channels, g.out_height(), g.out_width()});
  conv2d(g, x.data(), w.data(), y.data(), options);
  return y;
}

}  // namespace

TEST_CASE("winograd, outliers: one pixel of any size spoils the outputs that read it, no others") {
  for (const auto& [channels, size] :
       std::vector<std::array<Index, 2>>{{64, 28}, {16, 12}, {40, 7}, {3, 9}, {64, 4}}) {
    const auto g = square_convolution(1, channels, size, 20);
    const auto w = Tensor<float>::randn({20, channels, 3, 3}, Key(2));
    for (const auto& [i, j] : std::vector<std::array<Index, 2>>{
             {size / 2 - 1, size / 2 - 1}, {0, 0}, {size - 1, size / 2}, {3, 3}})
      for (const float spike : {infinity, -infinity, nan, 3e38f, 1e20f, -1e8f, 1e5f, 1e4f}) {
        const auto what =
            concat(channels, " channels of ", size, "x", size, ", ", spike, " at ", i, ", ", j);
        INFO(what);
        auto x = Tensor<float>::randn({1, channels, size, size}, Key(1));
        x(0, channels / 2, i, j) = spike;
        const auto d = difference(convolve(g, x, w, {}, ConvAlgorithm("winograd")),
                                  convolve(g, x, w, {}, ConvAlgorithm::im2col), i, j);
        CHECK(d.wrong_class == 0);
        CHECK(d.outside < 1e-3);
      }
  }
}

TEST_CASE("winograd, outliers: a pixel that is not finite makes 9 outputs of each channel so") {
  const auto g = square_convolution(1, 64, 28, 64);
  auto x = Tensor<float>::randn({1, 64, 28, 28}, Key(1));
  const auto w = Tensor<float>::randn({64, 64, 3, 3}, Key(2));
  for (const float spike : {infinity, nan}) {
    x(0, 5, 10, 11) = spike;
    const auto y = convolve(g, x, w, {}, ConvAlgorithm("winograd"));
    CHECK(std::count_if(y.begin(), y.end(), [](float v) { return !std::isfinite(v); }) == 9 * 64);
  }
}

TEST_CASE("winograd, outliers: spikes below what is left out are felt as little as is promised") {
  // 5e-6 of 32 times an ordinary quarter: of 9 x 64 normal numbers, whose root is 24.
  const auto g = square_convolution(1, 64, 28, 64);
  const auto w = Tensor<float>::randn({64, 64, 3, 3}, Key(2));
  for (float spike = 10; spike < 3000; spike *= 1.7f) {
    auto x = Tensor<float>::randn({1, 64, 28, 28}, Key(1));
    x(0, 5, 10, 11) = spike;
    const auto d = difference(convolve(g, x, w, {}, ConvAlgorithm("winograd")),
                              convolve(g, x, w, {}, ConvAlgorithm::im2col), 10, 11);
    CHECK(d.outside < 5e-6 * 32 * 24 * 2);
  }
}

TEST_CASE("winograd, outliers: a pixel that is hot in all channels, on a map of four tiles") {
  const auto g = square_convolution(2, 24, 7, 32);
  auto x = Tensor<float>::randn({2, 24, 7, 7}, Key(1));
  for (Index c = 0; c < 24; ++c) x(1, c, 3, 4) = 1e7f;
  const auto w = Tensor<float>::randn({32, 24, 3, 3}, Key(2));
  const auto d = difference(convolve(g, x, w, {}, ConvAlgorithm("winograd")),
                            convolve(g, x, w, {}, ConvAlgorithm::im2col), 3, 4);
  CHECK(d.outside < 1e-3);
}

TEST_CASE("winograd, outliers: with lists, an epilogue, and the residual in place") {
  const auto g = square_convolution(3, 20, 9, 24);
  auto x = Tensor<float>::randn({3, 20, 9, 9}, Key(1));
  x(1, 4, 4, 4) = nan;    // lives
  x(2, 7, 2, 2) = 1e20f;  // lives
  x(0, 5, 4, 4) = nan;    // is dead
  const auto w = Tensor<float>::randn({24, 20, 3, 3}, Key(2));
  const auto residual = Tensor<float>::randn({3, 24, 9, 9}, Key(3)),
             scale = Tensor<float>::randn({24}, Key(4)), shift = Tensor<float>::randn({24}, Key(5));
  const std::vector<std::int32_t> in = {0, 3, 4, 7, 11, 19}, out = {1, 2, 7, 8, 10, 13, 20, 22};
  const std::vector<LiveChannels> live_in(3, LiveChannels(in)),
      live_out = {LiveChannels(out), LiveChannels(), LiveChannels(out)};
  const auto run = [&](ConvAlgorithm algorithm) {
    auto y = residual.clone();
    conv2d<float>(g, x.data(), w.data(), y.data(),
                  {.algorithm = algorithm,
                   .epilogue = {.scale = scale.data(),
                                .shift = shift.data(),
                                .residual = y.data(),
                                .activation = Activation::relu},
                   .live_out = live_out,
                   .live_in = live_in});
    return y;
  };
  const auto y = run(ConvAlgorithm("winograd")), expected = run(ConvAlgorithm::im2col);
  for (Index i = 0; i < y.size(); ++i) {
    const float a = y.data()[i], e = expected.data()[i];
    if (std::isnan(e))
      REQUIRE(std::isnan(a));
    else
      REQUIRE(std::abs(a - e) <= 1e-4f * std::max(1.f, std::abs(e)));
  }
}

TEST_CASE("winograd, outliers: in dy, for the gradient of the image") {
  const auto g = square_convolution(1, 32, 14, 48);
  auto dy = Tensor<float>::randn({1, 48, 14, 14}, Key(1));
  const auto w = Tensor<float>::randn({48, 32, 3, 3}, Key(2));
  for (const float spike : {infinity, nan, 1e20f, 1e6f}) {
    dy(0, 9, 6, 7) = spike;
    const auto run = [&](ConvAlgorithm algorithm) {
      Tensor<float> dx({1, 32, 14, 14});
      conv2d_backward_data(g, dy.data(), w.data(), dx.data(), algorithm);
      return dx;
    };
    const auto d = difference(run(ConvAlgorithm("winograd")), run(ConvAlgorithm::im2col), 6, 7);
    CHECK(d.wrong_class == 0);
    CHECK(d.outside < 1e-3);
  }
}

TEST_CASE("winograd, outliers: weights that are not finite or huge are left to another algorithm") {
  const auto g = square_convolution(1, 8, 12, 16);
  const auto x = Tensor<float>::randn({1, 8, 12, 12}, Key(1));
  for (const float weight : {infinity, -infinity, nan, 1e30f}) {
    auto w = Tensor<float>::randn({16, 8, 3, 3}, Key(2));
    w(5, 6, 1, 1) = weight;  // The tap in the middle never meets the padding.
    PreparedWeights prepared;
    prepare_weights("winograd", g, w.data(), prepared);
    const auto expected = convolve(g, x, w, {}, ConvAlgorithm::im2col);
    for (const PreparedWeights* ready :
         {static_cast<const PreparedWeights*>(nullptr), &std::as_const(prepared)}) {
      const auto y = convolve(g, x, w, {.prepared = ready}, ConvAlgorithm("winograd"));
      for (Index i = 0; i < y.size(); ++i) {
        const float a = y.data()[i], e = expected.data()[i];
        if (std::isfinite(e))
          REQUIRE(std::abs(a - e) <= 1e-4f * std::max(1.f, std::abs(e)));
        else
          REQUIRE((std::isnan(e) ? std::isnan(a) : a == e));
      }
    }
  }
}

TEST_CASE("winograd, outliers: the bits do not depend on the number of threads") {
  for (const Index size : {28, 7}) {
    const auto g = square_convolution(3, 40, size, 48);
    auto x = Tensor<float>::randn({3, 40, size, size}, Key(1));
    x(0, 3, 4, 5) = 1e9f, x(2, 30, 1, 1) = -1e12f;
    const auto w = Tensor<float>::randn({48, 40, 3, 3}, Key(2));
    const auto [one, three] = with_one_and_three_threads(
        [&] { return convolve(g, x, w, {}, ConvAlgorithm("winograd")); });
    CHECK(std::equal(one.begin(), one.end(), three.begin()));
  }
}

TEST_CASE("winograd, outliers: the limit follows from the upper quartile, whatever its size") {
  const auto limit = [](std::vector<float> quarters) { return winograd::most_squares(quarters); };
  CHECK(limit({1, 2, 3, 1000}) == winograd::most_pixel_squares);  // Nothing stands out.
  std::vector<float> many{1e6f, nan, infinity};
  for (float q = 0; q <= 40; ++q) many.push_back(q);  // A zero is no quarter, nor what is left out.
  CHECK(limit(many) == 31 * 1024.f);                  // of 1, ..., 40 and 1e6
  for (float& q : many) q *= 1e-20f;
  CHECK(limit(many) == doctest::Approx(31e-20f * 1024));
  CHECK(limit({}) == winograd::most_pixel_squares);
}

TEST_CASE("winograd, outliers: of few quarters, the fifth largest is ordinary, or else the least") {
  const auto limit = [](std::vector<float> quarters) { return winograd::most_squares(quarters); };
  CHECK(limit({1, 2, 3, 1e6f, 1e6f, 1e6f, 1e6f}) == 3 * 1024.f);
  CHECK(limit({1, 2, 3, 1e6f}) == 1024.f);
  CHECK(limit({0, 0, 0, 0, 0, 2, 3, 4, 5, 1e6f, nan, infinity}) == 2 * 1024.f);
  CHECK(limit({0, 0, 0, 7}) == 0);  // One tells nothing.
}

TEST_CASE("winograd, outliers: ordinary images, sparse ones and constant ones have none") {
  const auto g = square_convolution(2, 16, 20, 16);
  const auto w = Tensor<float>::randn({16, 16, 3, 3}, Key(2));
  const auto normal = Tensor<float>::randn({2, 16, 20, 20}, Key(1));
  auto positive = normal.clone(), sparse = normal.clone();
  Draws draw{Key(3)};
  for (Index i = 0; i < normal.size(); ++i) {
    positive.data()[i] = std::max(0.f, normal.data()[i]);
    if (!draw.chance(0.02)) sparse.data()[i] = 0;
  }
  sparse[0].fill(0);  // A frame of nothing.
  for (const auto& x : {normal, positive, sparse, Tensor<float>::ones(normal.shape())}) {
    winograd::TileSets sets;
    const auto correlation = forward_correlation(g);
    sets.set_call(correlation, {});
    for (const auto& set : sets.sets())
      for (Index v = 0; v < set.vectors(); ++v) {
        winograd::TileGroup tiles;
        tiles.set_tiles(correlation, set, {v, v + 1});
        std::vector<float> transformed(static_cast<std::size_t>(
            winograd::products * winograd::product_step(16, Floats::width))),
            squares(4 * Floats::width);
        winograd::transform_inputs(correlation, tiles, x.data(), {0, 16}, transformed.data(),
                                   squares.data());
        std::vector<winograd::LeftOut> left_out;
        winograd::leave_out_outliers(tiles, squares.data(), left_out);
        CHECK(left_out.empty());
      }
  }
}

}  // namespace conv2d_winograd_outliers_test
