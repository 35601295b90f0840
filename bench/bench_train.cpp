// A training step: forward, backward, and an update by SGD with momentum.
//
//   bench_train [--model resnet18|resnet50|resnet20] [--batch B] [--size S] [--threads T]
//               [--seconds S] [--json FILE]
//
// Prints the median and the least time of a step, and the peak of resident memory above what the
// process held before the model was made. With one thread: of processor time.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/optim/sgd.hpp>

#include "model_bench.hpp"

using namespace adafuse;

namespace {

void run(const bench::ModelCase& c) {
  set_num_threads(c.threads);
  const double baseline = bench::resident_mb();
  const models::VideoModel<float> model(c.config());
  const auto clips = c.pictures();
  auto labels = Tensor<std::int64_t>::zeros({c.batch});
  for (Index n = 0; n < c.batch; ++n) labels(n) = n % c.classes();
  optim::Sgd<float> optimizer({{.parameters = nn::parameters(model), .weight_decay = 1e-4}},
                              {.momentum = 0.9});
  bench::measure(c, baseline, [&] {
    optimizer.zero_grad();
    AdaptiveContext<float> ctx(true, Key(2));
    const auto loss = cross_entropy(model.forward(clips, ctx).logits, labels);
    backward(loss);
    optimizer.step(1e-3);
    ctx.commit_statistics();
  });
}

}  // namespace

int main(int count, char** words) {
  try {
    run(bench::ModelCase::parse("bench_train", count, words));
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
