// What folded_linear_plain.cpp offers: linear layers folded and run by a file that is always
// compiled for the plain vector path.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_linear.hpp>

namespace adafuse::testing {

infer::FoldedLinear<float> fold_in_plain_file(const nn::Linear<float>& layer);
void run_in_plain_file(const infer::FoldedLinear<float>& linear, Index rows, const float* x,
                       float* y);
const char* path_of_plain_linear();

}  // namespace adafuse::testing
