// Inference: the logits of a batch of pictures, by a session on the folded network.
//
//   bench_infer [--model resnet18|resnet50|resnet20] [--batch B] [--size S] [--threads T]
//               [--seconds S] [--json FILE]
//
// Prints the median and the least time of a batch, and the peak of resident memory above what the
// process held before the model was made. With one thread: of processor time.
// SPDX-License-Identifier: MIT
#include "inference_step.hpp"

int main(int count, char** words) {
  try {
    const auto c = bench::ModelCase::parse("bench_infer", count, words);
    bench::report(c, bench::time_inference(c));
  } catch (const adafuse::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
