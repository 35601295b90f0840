// Conv2d as a layer: its shapes, its options, where it starts. The arithmetic is tested with the
// op.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/conv2d.hpp>

namespace conv2d_test {

using namespace adafuse;
using Layer = nn::Conv2d<double>;

TEST_CASE("Conv2d: hands all of its options to the op") {
  const Layer layer({.in = 4,
                     .out = 6,
                     .kernel = {3, 2},
                     .stride = {2, 1},
                     .padding = {2, 1},
                     .dilation = {2, 3},
                     .groups = 2,
                     .bias = true},
                    Key(1));
  CHECK(layer.weight.shape() == Shape{6, 2, 3, 2});
  const auto x = Tensor<double>::randn({2, 4, 7, 6}, Key(2));
  nn::Context<double> ctx;
  const auto y = layer.forward(x, ctx).value();
  const auto expected =
      conv2d(x, layer.weight, layer.bias,
             {.stride = {2, 1}, .padding = {2, 1}, .dilation = {2, 3}, .groups = 2});
  CHECK(y.shape() == Shape{2, 6, 4, 5});
  REQUIRE(y.shape() == expected.shape());
  CHECK(std::equal(y.begin(), y.end(), expected.value().begin()));
}

TEST_CASE("Conv2d: has no bias unless asked, and its bias starts inside of 1 / sqrt(fan_in)") {
  CHECK(!Layer({.in = 2, .out = 3}, Key(0)).bias.defined());
  const Layer layer({.in = 8, .out = 600, .kernel = 5, .groups = 2, .bias = true}, Key(1));
  const auto values = layer.bias.value().values();
  CHECK(std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) <= 0.1; }));
  CHECK(std::any_of(values.begin(), values.end(), [](double v) { return std::abs(v) > 0.099; }));
}

TEST_CASE("Conv2d: weights start with deviation sqrt(2 / fan_out)") {
  const Layer layer({.in = 16, .out = 32, .kernel = 3}, Key(3));
  double squares = 0;
  for (double w : layer.weight.value()) squares += w * w;
  const double variance = squares / static_cast<double>(layer.weight.size());
  CHECK(variance / (2.0 / (32 * 9)) == doctest::Approx(1).epsilon(0.04));
}

TEST_CASE("Conv2d: sizes must be positive and groups must divide") {
  CHECK_THROWS_AS(Layer({.in = 0, .out = 3}, Key(0)), ValueError);
  CHECK_THROWS_AS(Layer({.in = 3, .out = 3, .kernel = {0, 1}}, Key(0)), ValueError);
  CHECK_THROWS_AS(Layer({.in = 3, .out = 4, .groups = 2}, Key(0)), ValueError);
  CHECK_THROWS_AS(Layer({.in = 4, .out = 3, .groups = 2}, Key(0)), ValueError);
  CHECK_THROWS_AS(Layer({.in = 4, .out = 4, .groups = 0}, Key(0)), ValueError);
  CHECK_THROWS_WITH_AS(Layer({.in = 3, .out = 4, .groups = 2}, Key(0)),
                       "Conv2d: 2 groups must divide in 3 and out 4", ValueError);
}

}  // namespace conv2d_test
