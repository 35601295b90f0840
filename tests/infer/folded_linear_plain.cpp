// The other half of folded_linear_paths_test.cpp. Its vector flags are switched off in
// CMakeLists.txt.
// SPDX-License-Identifier: MIT
#include "folded_linear_plain.hpp"

namespace adafuse::testing {

infer::FoldedLinear<float> fold_in_plain_file(const nn::Linear<float>& layer) {
  return infer::fold_linear(layer.weight, layer.bias);
}

void run_in_plain_file(const infer::FoldedLinear<float>& linear, Index rows, const float* x,
                       float* y) {
  linear(rows, x, y);
}

const char* path_of_plain_linear() { return simd_path; }

}  // namespace adafuse::testing
