// Layers that normalise each example by itself, against PyTorch; and what they refuse.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/normalization.hpp>

#include "layer_cases.hpp"

namespace nn_normalization_test {

using namespace adafuse;
using golden::check_layer;

TEST_CASE("golden: LayerNorm, GroupNorm and InstanceNorm2d compute what PyTorch computes") {
  check_layer("layer_norm", nn::LayerNorm<double>({.normalized_shape = {3, 4}, .eps = 1e-3}));
  check_layer("group_norm", nn::GroupNorm<double>({.groups = 2, .channels = 6}));
  check_layer("instance_norm", nn::InstanceNorm2d<double>({.channels = 3, .affine = true}));
}

TEST_CASE("normalization layers: weights start at 1, biases at 0, and may be left out") {
  const nn::LayerNorm<float> layer({.normalized_shape = {4}});
  CHECK(layer.weight.value()(3) == 1);
  CHECK(layer.bias.value()(3) == 0);
  CHECK(nn::parameters(nn::LayerNorm<float>({.normalized_shape = {4}, .bias = false})).size() == 1);
  CHECK(nn::parameters(nn::LayerNorm<float>({.normalized_shape = {4}, .elementwise_affine = false}))
            .empty());
  CHECK(nn::parameters(nn::RMSNorm<float>({.normalized_shape = {4}})).size() == 1);
  CHECK(
      nn::parameters(nn::GroupNorm<float>({.groups = 2, .channels = 4, .affine = false})).empty());
  CHECK(nn::parameters(nn::InstanceNorm2d<float>({.channels = 4})).empty());
}

TEST_CASE("RMSNorm: x over its root mean square, times the weight") {
  const nn::RMSNorm<double> layer({.normalized_shape = {2}});
  {
    const NoGrad guard;
    layer.weight.mutable_value()(1) = 3;
  }
  const auto y = layer(Tensor<double>::of({{1, 7}})).value();
  CHECK(y(0, 0) == doctest::Approx(0.2));
  CHECK(y(0, 1) == doctest::Approx(4.2));
  const auto copy = nn::clone(layer);
  CHECK(copy.weight.value()(1) == 3);
}

TEST_CASE("normalization layers: what does not fit is told") {
  CHECK_THROWS_AS(nn::LayerNorm<float>({.normalized_shape = {}}), ValueError);
  CHECK_THROWS_AS(nn::LayerNorm<float>({.normalized_shape = {0}}), ValueError);
  CHECK_THROWS_AS(nn::LayerNorm<float>({.normalized_shape = {3}, .eps = -1}), ValueError);
  CHECK_THROWS_AS(nn::RMSNorm<float>({.normalized_shape = {3}, .eps = -1}), ValueError);
  CHECK_THROWS_WITH_AS(nn::GroupNorm<float>({.groups = 4, .channels = 6}),
                       "GroupNorm: 4 groups do not divide 6 channels", ValueError);
  CHECK_THROWS_AS(nn::GroupNorm<float>({.groups = 0, .channels = 6}), ValueError);
  CHECK_THROWS_AS(nn::InstanceNorm2d<float>({}), ValueError);
  const nn::GroupNorm<float> groups({.groups = 2, .channels = 6});
  CHECK_THROWS_WITH_AS(groups(Tensor<float>({2, 4, 3})),
                       "GroupNorm: expects [N,6,...], got [2,4,3]", ShapeError);
  CHECK_THROWS_AS(nn::InstanceNorm2d<float>({.channels = 6})(Tensor<float>({2, 6, 3})), ShapeError);
}

}  // namespace nn_normalization_test
