// Inference of one case: the logits of a batch of clips, by a session on the folded network.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip/clip_session.hpp>

#include "model_bench.hpp"

namespace bench {

inline Timing time_inference(const ModelCase& c) {
  using namespace adafuse;
  set_num_threads(c.threads);
  const double baseline = resident_mb();
  const auto clips = c.clips();
  infer::ClipSession<float> session(
      infer::fold(models::VideoModel<float>(c.config(), Key(0)), c.size, c.size), c.batch,
      c.frames);
  return time_steps(c.threads, c.seconds, baseline, [&] { session.run(clips); });
}

}  // namespace bench
