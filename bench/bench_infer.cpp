// Inference: the logits of a batch of pictures, by a session on the folded network.
//
//   bench_infer [--model resnet18|resnet50|resnet20] [--batch B] [--size S] [--threads T]
//               [--seconds S] [--json FILE]
//
// Prints the median and the least time of a batch, and the peak of resident memory above what the
// process held before the model was made. With one thread: of processor time.
// SPDX-License-Identifier: MIT
#include <adafuse/infer/clip_session.hpp>

#include "model_bench.hpp"

using namespace adafuse;

namespace {

void run(const bench::ModelCase& c) {
  set_num_threads(c.threads);
  const double baseline = bench::resident_mb();
  const auto clips = c.pictures();
  infer::ClipSession<float> session(
      infer::fold(models::VideoModel<float>(c.config()), c.size, c.size), c.batch, 1);
  bench::measure(c, baseline, [&] { session.run(clips); });
}

}  // namespace

int main(int count, char** words) {
  try {
    run(bench::ModelCase::parse("bench_infer", count, words));
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
