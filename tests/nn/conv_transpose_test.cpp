// Transposed convolutions as layers, against PyTorch, and where they start.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/conv_transpose.hpp>

#include "layer_cases.hpp"

namespace conv_transpose_layer_test {

using namespace adafuse;

TEST_CASE("golden: ConvTranspose1d, 2d and 3d compute what PyTorch computes") {
  golden::check_layer("conv_transpose1d", nn::ConvTranspose1d<double>({.in = 4,
                                                                       .out = 2,
                                                                       .kernel = 3,
                                                                       .stride = 2,
                                                                       .padding = 1,
                                                                       .output_padding = 1,
                                                                       .groups = 2,
                                                                       .bias = true},
                                                                      Key(1)));
  golden::check_layer("conv_transpose2d", nn::ConvTranspose2d<double>({.in = 3,
                                                                       .out = 4,
                                                                       .kernel = {3, 2},
                                                                       .stride = {2, 3},
                                                                       .padding = {1, 0},
                                                                       .output_padding = {1, 2},
                                                                       .bias = true,
                                                                       .dilation = {2, 1}},
                                                                      Key(1)));
  golden::check_layer("conv_transpose3d",
                      nn::ConvTranspose3d<double>(
                          {.in = 2, .out = 2, .kernel = 2, .stride = 2, .bias = true}, Key(1)));
}

TEST_CASE("ConvTranspose2d: weights and bias start inside of (out / groups times taps)^(-1/2)") {
  const nn::ConvTranspose2d<double> layer(
      {.in = 20, .out = 8, .kernel = 5, .groups = 2, .bias = true}, Key(1));
  CHECK(layer.weight.shape() == Shape{20, 4, 5, 5});
  CHECK(layer.bias.shape() == Shape{8});
  const auto values = layer.weight.value().values();
  CHECK(std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) <= 0.1; }));
  CHECK(std::any_of(values.begin(), values.end(), [](double v) { return std::abs(v) > 0.099; }));
  for (const double b : layer.bias.value()) CHECK(std::abs(b) <= 0.1);
  CHECK(!nn::ConvTranspose1d<float>({.in = 2, .out = 3}, Key(0)).bias.defined());
}

TEST_CASE("ConvTranspose: sizes must be positive and groups must divide") {
  CHECK_THROWS_WITH_AS(nn::ConvTranspose2d<float>({.in = 3, .out = 4, .groups = 2}, Key(0)),
                       "ConvTranspose2d: 2 groups must divide in 3 and out 4", ValueError);
  CHECK_THROWS_AS(nn::ConvTranspose3d<float>({.in = 0, .out = 4}, Key(0)), ValueError);
}

}  // namespace conv_transpose_layer_test
