// A training step of one case: forward, backward, and an update by SGD with momentum.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/optim/sgd.hpp>

#include "model_bench.hpp"

namespace bench {

inline Timing time_training(const ModelCase& c) {
  using namespace adafuse;
  set_num_threads(c.threads);
  const double baseline = resident_mb();
  const models::VideoModel<float> model(c.config(), Key(0));
  const auto clips = c.clips();
  auto labels = Tensor<std::int64_t>::zeros({c.batch});
  for (Index n = 0; n < c.batch; ++n) labels(n) = n % c.classes();
  optim::Sgd<float> optimizer({{.parameters = nn::parameters(model), .weight_decay = 1e-4}},
                              {.momentum = 0.9});
  std::uint64_t step = 0;
  return time_steps(c.threads, c.seconds, baseline, [&] {
    optimizer.zero_grad();
    AdaptiveContext<float> ctx(true, Key(2).of(step++));
    const auto loss = cross_entropy(model.forward(clips, ctx).logits, labels);
    backward(loss);
    optimizer.step(1e-3);
  });
}

}  // namespace bench
