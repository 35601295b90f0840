// Prints the numbers of the plain file. The functions of the others are in the program too, and are
// only called on a machine that has their instructions; the numbers must then agree, and what a
// process has once must be the same for all files.
// SPDX-License-Identifier: MIT
#include <adafuse/core/thread_count.hpp>
#include <adafuse/kernels/conv2d/winograd/algorithm.hpp>
#include <cmath>
#include <cstdio>

#include "work.hpp"

using namespace linkage_test;

namespace {

int mistakes = 0;

void expect(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", what);
  ++mistakes;
}

#ifdef ADAFUSE_TEST_MIXED
using namespace adafuse;

void compare(const std::vector<double>& expected, const std::vector<double>& numbers) {
  expect(numbers.size() == expected.size(), "another number of numbers");
  for (std::size_t i = 0; i < expected.size(); ++i)
    expect(std::abs(numbers[i] - expected[i]) <= 1e-3 * (1 + std::abs(expected[i])),
           "another number");
}

/// Both see one process, and what one of them sets the other sees.
void share_process(const File& other) {
  expect(other.process() == plain_file.process(), "another process");
  const int before = num_threads();
  set_num_threads(before + 1);
  kernels::set_winograd_allowed(false);
  {
    const NoGrad guard;
    const auto seen = other.process();
    expect(seen == plain_file.process(), "other settings");
    expect(seen.threads == before + 1 && !seen.recording && !seen.winograd, "old settings");
  }
  set_num_threads(before);
  kernels::set_winograd_allowed(true);
  expect(other.process() == plain_file.process(), "other settings, put back");
}

/// A layer of this file, a history of one and the walk back of the other.
void share_history(const File& forward, const File& back) {
  const nn::Linear<float> layer({.in = 5, .out = 4}, Key(1));
  const auto x = Tensor<float>::randn({3, 5}, Key(2));
  back.backward(back.loss(layer, x));
  const auto expected = layer.weight.grad().value().clone();
  layer.weight.zero_grad();
  back.backward(forward.loss(layer, x));
  const auto grad = layer.weight.grad().value();
  for (Index i = 0; i < grad.size(); ++i)
    expect(std::abs(grad.data()[i] - expected.data()[i]) < 1e-4f, "another gradient");
}

void share_errors(const File& other) {
  try {
    other.fail();
    expect(false, "no error");
  } catch (const ShapeError&) {
  }
}

void share(const File& other, const std::vector<double>& expected) {
  share_process(other);
  compare(expected, other.work());
  share_history(plain_file, other);
  share_history(other, plain_file);
  share_errors(other);
  share_process(other);
}
#endif

}  // namespace

int main() {
  const auto numbers = plain_file.work();
  for (const double number : numbers) std::printf("%.17g\n", number);
  expect(!numbers.empty(), "no numbers");
#ifdef ADAFUSE_TEST_MIXED
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) share(avx2_file, numbers);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    share(avx512_file, numbers);
#endif
  return mistakes;
}
