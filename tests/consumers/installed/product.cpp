// A matrix product, by the kernels that this file compiles or calls.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/variable.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/ops/matmul.hpp>
#include <cstdio>

adafuse::Tensor<float> NAME(const adafuse::Variable<float>& a, const adafuse::Variable<float>& b) {
  std::printf("vector path %s\n", adafuse::kernels::path_in_use().name);
  return adafuse::matmul(a, b).value();
}
