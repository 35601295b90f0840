// The convolutions of ResNet-18, ResNet-50 and the CIFAR ResNets, and a depthwise pair.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <array>

namespace bench {

using adafuse::Index;

struct ConvLayer {
  const char* name;
  Index in, out, kernel, stride, size;  // square images and kernels, padding kernel / 2
  Index groups = 1;
  bool small = false;  // of a CIFAR net: runs with a batch of 64

  adafuse::kernels::Conv2dGeometry geometry(Index batch) const {
    return {.batch = batch,
            .in_channels = in,
            .in_height = size,
            .in_width = size,
            .out_channels = out,
            .kernel_height = kernel,
            .kernel_width = kernel,
            .stride_height = stride,
            .stride_width = stride,
            .padding_height = kernel / 2,
            .padding_width = kernel / 2,
            .groups = groups};
  }
};

inline constexpr auto conv_layers = std::to_array<ConvLayer>({
    {"stem 7x7/2 3-64@224", 3, 64, 7, 2, 224},
    {"3x3 64@56", 64, 64, 3, 1, 56},
    {"3x3 128@28", 128, 128, 3, 1, 28},
    {"3x3 256@14", 256, 256, 3, 1, 14},
    {"3x3 512@7", 512, 512, 3, 1, 7},
    {"3x3/2 64-128@56", 64, 128, 3, 2, 56},
    {"3x3/2 128-256@28", 128, 256, 3, 2, 28},
    {"3x3/2 256-512@14", 256, 512, 3, 2, 14},
    {"1x1/2 64-128@56", 64, 128, 1, 2, 56},
    {"1x1/2 256-512@56", 256, 512, 1, 2, 56},
    {"1x1/2 1024-2048@14", 1024, 2048, 1, 2, 14},
    {"1x1 64-64@56", 64, 64, 1, 1, 56},
    {"1x1 64-256@56", 64, 256, 1, 1, 56},
    {"1x1 256-64@56", 256, 64, 1, 1, 56},
    {"1x1 128-512@28", 128, 512, 1, 1, 28},
    {"1x1 512-128@28", 512, 128, 1, 1, 28},
    {"1x1 256-1024@14", 256, 1024, 1, 1, 14},
    {"1x1 1024-256@14", 1024, 256, 1, 1, 14},
    {"1x1 512-2048@7", 512, 2048, 1, 1, 7},
    {"1x1 2048-512@7", 2048, 512, 1, 1, 7},
    {"depthwise 3x3 128@28", 128, 128, 3, 1, 28, 128},
    {"depthwise 3x3/2 128@56", 128, 128, 3, 2, 56, 128},
    {"cifar 3-16@32", 3, 16, 3, 1, 32, 1, true},
    {"cifar 16@32", 16, 16, 3, 1, 32, 1, true},
    {"cifar 16-32/2@32", 16, 32, 3, 2, 32, 1, true},
    {"cifar 32@16", 32, 32, 3, 1, 16, 1, true},
    {"cifar 64@8", 64, 64, 3, 1, 8, 1, true},
});

}  // namespace bench
