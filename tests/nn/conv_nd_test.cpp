// Convolutions of lines and volumes as layers, against PyTorch, and where they start. The
// arithmetic is tested with the ops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/conv_nd.hpp>

#include "layer_cases.hpp"

namespace conv_nd_test {

using namespace adafuse;

TEST_CASE("golden: Conv1d and Conv3d compute what PyTorch computes") {
  golden::check_layer("conv1d", nn::Conv1d<double>({.in = 4,
                                                    .out = 6,
                                                    .kernel = 3,
                                                    .stride = 2,
                                                    .padding = 1,
                                                    .dilation = 2,
                                                    .groups = 2,
                                                    .bias = true},
                                                   Key(1)));
  golden::check_layer("conv3d", nn::Conv3d<double>({.in = 2,
                                                    .out = 4,
                                                    .kernel = {3, 2, 3},
                                                    .stride = {1, 2, 1},
                                                    .padding = {1, 0, 2},
                                                    .groups = 2,
                                                    .bias = true},
                                                   Key(1)));
}

TEST_CASE("Conv1d, Conv3d: start as Conv2d does, and have no bias unless asked") {
  const nn::Conv1d<double> line({.in = 16, .out = 64, .kernel = 9}, Key(3));
  CHECK(line.weight.shape() == Shape{64, 16, 9});
  CHECK(!line.bias.defined());
  double squares = 0;
  for (const double w : line.weight.value()) squares += w * w;
  CHECK(squares / static_cast<double>(line.weight.size()) / (2.0 / (64 * 9)) ==
        doctest::Approx(1).epsilon(0.06));
  const nn::Conv3d<float> volume({.in = 4, .out = 6, .kernel = {1, 2, 3}, .groups = 2}, Key(1));
  CHECK(volume.weight.shape() == Shape{6, 2, 1, 2, 3});
  CHECK(nn::clone(volume).weight.value()(5, 1, 0, 1, 2) == volume.weight.value()(5, 1, 0, 1, 2));
}

TEST_CASE("Conv1d, Conv3d: sizes must be positive and groups must divide") {
  CHECK_THROWS_WITH_AS(nn::Conv1d<float>({.in = 3, .out = 4, .kernel = 0}, Key(0)),
                       "Conv1d: sizes must be positive, got in 3, out 4, kernel 0", ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv3d<float>({.in = 3, .out = 4, .groups = 2}, Key(0)),
                       "Conv3d: 2 groups must divide in 3 and out 4", ValueError);
  CHECK_THROWS_AS(nn::Conv3d<float>({.in = 3, .out = 4, .kernel = {1, 0, 1}}, Key(0)), ValueError);
}

}  // namespace conv_nd_test
