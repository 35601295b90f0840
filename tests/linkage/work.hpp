// The same work, compiled for three machines.
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace linkage_test {

std::vector<double> work_of_plain_file();
std::vector<double> work_of_avx2_file();
std::vector<double> work_of_avx512_file();

}  // namespace linkage_test
