// The other half of conv2d_paths_test.cpp. Its vector flags are switched off in CMakeLists.txt.
// SPDX-License-Identifier: MIT
#include "conv2d_plain.hpp"

#include <adafuse/kernels/conv2d/conv2d.hpp>

namespace adafuse::testing {

void conv2d_of_plain_file(const float* x, const float* w, float* y) {
  kernels::conv2d(geometry_of_both, x, w, y);
}

const char* path_of_plain_file() { return simd_path; }

const void* kernel_of_plain_file() {
  using Kernel = void (*)(const kernels::Correlation&, const float*, const float*, float*,
                          const kernels::Conv2dOptions<float>&);
  const Kernel kernel = kernels::correlate;
  return reinterpret_cast<const void*>(kernel);
}

}  // namespace adafuse::testing
