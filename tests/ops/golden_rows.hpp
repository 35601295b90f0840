// What is compared with PyTorch: the gradcheck table, and rows that differences cannot check, at
// kinks and where a gradient is not the derivative by design.
//
// golden/rows.safetensors holds of each row
//
//   "<row>.inputs", "<row>.constants"    numbers of the tensors that it is given, of "given.0", ...
//
//   "<row>.y", "<row>.dx0", ...          PyTorch's result, and its gradient of each input
//
// for a gradient that arrives at y of which "given.dy" has the elements: the first of them, as many
// as y has. golden/rows_inputs.cpp writes what is given, golden/rows.py the file.
// SPDX-License-Identifier: MIT
#pragma once

#include "all_rows.hpp"

namespace adafuse {

std::vector<GradcheckRow> golden_rows();

}  // namespace adafuse
