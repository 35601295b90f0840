// What conv2d_plain.cpp offers: a convolution that is always compiled for the plain vector path.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/geometry.hpp>

namespace adafuse::testing {

/// The convolution that both files compute. A geometry is a type of one file.
constexpr kernels::Conv2dGeometry geometry_of_both{.batch = 2,
                                                   .in_channels = 17,
                                                   .in_height = 13,
                                                   .in_width = 11,
                                                   .out_channels = 19,
                                                   .kernel_height = 3,
                                                   .kernel_width = 3,
                                                   .padding_height = 1,
                                                   .padding_width = 1};
void conv2d_of_plain_file(const float* x, const float* w, float* y);
const char* path_of_plain_file();
const void* kernel_of_plain_file();

}  // namespace adafuse::testing
