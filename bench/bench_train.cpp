// A training step: forward, backward, and an update by SGD with momentum.
//
//   bench_train [--model resnet18|resnet50|resnet20] [--batch B] [--size S] [--threads T]
//               [--seconds S] [--json FILE]
//
// Prints the median and the least time of a step, and the peak of resident memory above what the
// process held before the model was made. With one thread: of processor time.
// SPDX-License-Identifier: MIT
#include "training_step.hpp"

int main(int count, char** words) {
  try {
    const auto c = bench::ModelCase::parse("bench_train", count, words);
    bench::report(c, bench::time_training(c));
  } catch (const adafuse::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
