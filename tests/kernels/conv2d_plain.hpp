// What conv2d_plain.cpp offers: a convolution that is always compiled for the plain vector path.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d_geometry.hpp>

namespace adafuse::testing {

void conv2d_of_plain_file(const kernels::Conv2dGeometry& g, const float* x, const float* w,
                          float* y);
const char* path_of_plain_file();
const void* kernel_of_plain_file();

}  // namespace adafuse::testing
