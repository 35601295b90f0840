// The statistics of batch norms, estimated again: for a network that is run under other decisions
// than it was trained with, whose maps have other means and variances.
//
//   mean <- sum over batches of (clips / N) batch mean,   variance <- the same of the batches'
//
// Each forward normalises by its own batch, as in training: PyTorch's optim.swa_utils.update_bn,
// with batches counted by their clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/loader.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/train/parameter_groups.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Gives the model's batch norms the statistics of these clips (the loader's epoch 0) under the
/// decisions of `source`. The norms of agents stay as they are: nobody asks agents. Throws
/// ValueError when there are no clips; after an exception statistics are undefined.
inline void estimate_norms(const models::VideoModel<float>& model, const data::Loader& loader,
                           const DecisionSource<float>& source) {
  const NoGrad guard;
  struct Statistic {
    Tensor<float> running;    // the norm's own
    double share = 0;         // of a batch in it: the norm's momentum; 0: it does not run
    std::vector<double> sum;  // over batches
    Tensor<float> before;
  };
  std::vector<Statistic> estimated, left;
  for (const auto& item : nn::state(model)) {
    if (item.is_parameter()) continue;
    const bool of_norm = item.name.ends_with("running_mean") || item.name.ends_with("running_var");
    auto& list = of_norm && !is_of_agent(item.name) ? estimated : left;
    list.push_back({item.buffer, 0,
                    std::vector<double>(static_cast<std::size_t>(item.buffer.size())),
                    item.buffer.clone()});
  }
  const auto forward_from = [&](const data::Batch& batch, float start) {
    for (auto& s : estimated) std::fill(s.running.begin(), s.running.end(), start);
    AdaptiveContext<float> ctx(true, Key(0));  // Dropout draws; no norm comes after it.
    ctx.decisions = source;
    ctx.samples.assign(batch.indices.begin(), batch.indices.end());
    model.forward(batch.clips, ctx);
  };
  Index clips = 0;
  for (const auto& batch : loader.epoch(0)) {
    // running = (1 - m) start + m batch: from two starts m, and from 0 then the batch's.
    if (clips == 0) {
      constexpr float start = 1 << 20;  // so large that the batch's numbers do not disturb
      forward_from(batch, start);
      for (auto& s : estimated) s.share = static_cast<double>(s.running(0));
      forward_from(batch, 0);
      for (auto& s : estimated)
        s.share = 1 - (s.share - static_cast<double>(s.running(0))) / static_cast<double>(start);
    } else {
      forward_from(batch, 0);
    }
    const Index own = batch.clips.size(0);
    for (auto& s : estimated)
      for (std::size_t c = 0; c < s.sum.size(); ++c)
        s.sum[c] += static_cast<double>(own) * static_cast<double>(s.running.data()[c]);
    clips += own;
  }
  require<ValueError>(clips > 0, "estimate_norms: there are no clips");
  for (auto& s : left) s.running.copy_from(s.before);
  for (auto& s : estimated)
    for (std::size_t c = 0; c < s.sum.size(); ++c)
      s.running.data()[c] =
          s.share > 0 ? static_cast<float>(s.sum[c] / (static_cast<double>(clips) * s.share))
                      : s.before.data()[c];
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
