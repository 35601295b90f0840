// Prints the numbers of the plain file. The functions of the others are in the program too, and are
// only called on a machine that has their instructions; the numbers must then agree.
// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>

#include "work.hpp"

using namespace linkage_test;

namespace {

int mistakes = 0;

void compare(const std::vector<double>& expected, const std::vector<double>& numbers) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    mistakes += !(std::abs(numbers[i] - expected[i]) <= 1e-3 * (1 + std::abs(expected[i])));
}

}  // namespace

int main() {
  const auto plain = work_of_plain_file();
  for (const double number : plain) std::printf("%.17g\n", number);
#ifdef ADAFUSE_TEST_MIXED
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    compare(plain, work_of_avx2_file());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    compare(plain, work_of_avx512_file());
#else
  compare(plain, plain);
#endif
  return mistakes;
}
