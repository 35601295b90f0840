// Layers with few weights or none against PyTorch: results and all gradients.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/activation.hpp>
#include <adafuse/nn/conv2d.hpp>
#include <adafuse/nn/flatten.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/normalization.hpp>
#include <adafuse/nn/pool.hpp>
#include <adafuse/nn/pool_nd.hpp>
#include <adafuse/nn/upsample.hpp>

#include "layer_cases.hpp"

namespace golden_layers_test {

using namespace adafuse;
using golden::check_layer;

TEST_CASE("golden: Linear, Conv2d and RMSNorm compute what PyTorch computes") {
  check_layer("linear", nn::Linear<double>({.in = 3, .out = 4}, Key(1)));
  check_layer("conv2d", nn::Conv2d<double>({.in = 4,
                                            .out = 6,
                                            .kernel = {3, 2},
                                            .stride = {2, 1},
                                            .padding = {2, 1},
                                            .dilation = {2, 3},
                                            .groups = 2,
                                            .bias = true},
                                           Key(1)));
  check_layer("rms_norm", nn::RMSNorm<double>({.normalized_shape = {3, 4}, .eps = 1e-3}));
}

TEST_CASE("golden: activations compute what PyTorch computes") {
  check_layer("activation.relu", nn::Relu<double>());
  check_layer("activation.relu6", nn::Relu6<double>());
  check_layer("activation.leaky_relu", nn::LeakyRelu<double>{.negative_slope = 0.2});
  check_layer("activation.tanh", nn::Tanh<double>());
  check_layer("activation.sigmoid", nn::Sigmoid<double>());
  check_layer("activation.log_sigmoid", nn::LogSigmoid<double>());
  check_layer("activation.gelu", nn::Gelu<double>());
  check_layer("activation.gelu_tanh", nn::Gelu<double>{.approximate = Approximate::tanh});
  check_layer("activation.silu", nn::Silu<double>());
  check_layer("activation.mish", nn::Mish<double>());
  check_layer("activation.hardswish", nn::Hardswish<double>());
  check_layer("activation.elu", nn::Elu<double>{.alpha = 1.5});
  check_layer("activation.selu", nn::Selu<double>());
  check_layer("activation.softplus", nn::Softplus<double>{.beta = 2, .threshold = 3});
  check_layer("activation.prelu", nn::Prelu<double>());
  check_layer("activation.prelu_channels", nn::Prelu<double>({.channels = 3}));
}

TEST_CASE("golden: pooling layers compute what PyTorch computes") {
  const Pool1dOptions line{.kernel = 3, .stride = 2, .padding = 1};
  const PoolOptions image{.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 0}};
  const Pool3dOptions volume{.kernel = {2, 3, 2}, .stride = {2, 1, 2}, .padding = {1, 1, 0}};
  PoolOptions inside = image;
  inside.count_include_pad = false;
  check_layer("pool.max1d", nn::MaxPool1d<double>{line});
  check_layer("pool.max2d", nn::MaxPool2d<double>{image});
  check_layer("pool.max3d", nn::MaxPool3d<double>{volume});
  check_layer("pool.avg1d", nn::AvgPool1d<double>{line});
  check_layer("pool.avg2d", nn::AvgPool2d<double>{inside});
  check_layer("pool.avg3d", nn::AvgPool3d<double>{volume});
  check_layer("pool.adaptive_avg1d", nn::AdaptiveAvgPool1d<double>{.size = 3});
  check_layer("pool.adaptive_avg2d", nn::AdaptiveAvgPool2d<double>{.size = {3, 4}});
  check_layer("pool.adaptive_avg3d", nn::AdaptiveAvgPool3d<double>{.size = {2, 3, 4}});
  check_layer("pool.adaptive_max1d", nn::AdaptiveMaxPool1d<double>{.size = 3});
  check_layer("pool.adaptive_max2d", nn::AdaptiveMaxPool2d<double>{.size = {3, 4}});
  check_layer("pool.adaptive_max3d", nn::AdaptiveMaxPool3d<double>{.size = {2, 3, 4}});
  check_layer("pool.global_avg", nn::GlobalAvgPool<double>());
}

TEST_CASE("golden: layers that change sizes compute what PyTorch computes") {
  check_layer("upsample",
              nn::Upsample<double>{{.scale_factor = 2, .mode = InterpolateMode::bilinear}});
  check_layer("pixel_shuffle", nn::PixelShuffle<double>{.upscale_factor = 2});
  check_layer("pixel_unshuffle", nn::PixelUnshuffle<double>{.downscale_factor = 2});
  check_layer("flatten", nn::Flatten<double>());
  check_layer("identity", nn::Identity<double>());
}

}  // namespace golden_layers_test
