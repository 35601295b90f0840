// Evaluation: how often a model is right, what it decides, and what that costs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/loader.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <chrono>
#include <functional>
#include <numeric>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Counts over many decisions.
struct ActionCounts {
  std::array<Index, action_count> count{};  ///< by Action: keep, reuse, skip

  void add(const Tensor<std::uint8_t>& actions) {
    for (std::uint8_t action : actions) ++count[action];
  }
  Index total() const { return std::accumulate(count.begin(), count.end(), Index{0}); }
  /// The share of an action; a network that decides nothing keeps everything.
  double share(Action action) const {
    if (total() == 0) return action == Action::keep ? 1 : 0;
    return static_cast<double>(count[static_cast<std::size_t>(action)]) /
           static_cast<double>(total());
  }
};

struct Evaluation {
  Index clips = 0;
  double cross_entropy = 0;   ///< nats, mean over the clips
  double top1 = 0;            ///< per cent
  double macs_per_clip = 0;   ///< that are run, agents included
  double macs_fraction = 1;   ///< of the dense network without agents
  double paper_fraction = 1;  ///< the same by the paper's formula ("real")
  double seconds = 0;         ///< of the forward passes
  ActionCounts actions;
  std::vector<std::pair<std::string, ActionCounts>> blocks;  ///< the same block by block
};

/// How many rows of logits [N, k] have their largest entry at the label.
template <class T>
Index correct_count(const Tensor<T>& logits, const Tensor<std::int64_t>& labels) {
  Index correct = 0;
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto row = logits[n];
    if (std::max_element(row.begin(), row.end()) - row.begin() == labels(n)) ++correct;
  }
  return correct;
}

struct EvaluationOptions {
  PolicyChoice policy;  ///< learned: the model's agents decide, by their largest logit
  Key key = Key(0);     ///< of what is drawn; a clip draws the same in a batch of any size
  bool sample = false;  ///< Sample the agents' decisions, as the authors' code does.
  std::function<void()> after_batch{};  ///< Called after each batch; may leave by an exception.
};

/// Runs the model over the clips of a loader (its epoch 0). Throws ValueError, naming the clip,
/// when a logit is not finite.
inline Evaluation evaluate(const models::VideoModel<float>& model, const data::Loader& loader,
                           const EvaluationOptions& options = {}) {
  const NoGrad guard;
  Evaluation result;
  double run = 0, dense = 0, paper = 0, entropy = 0;
  Index correct = 0;
  for (const auto& batch : loader.epoch(0)) {
    AdaptiveContext<float> ctx(false, options.key.of("noise"));
    ctx.sample = options.sample;
    ctx.decisions = options.policy.source<float>(options.key.of("lots"));
    ctx.samples.assign(batch.indices.begin(), batch.indices.end());  // in any batch the same
    const auto start = std::chrono::steady_clock::now();
    const auto out = model.forward(batch.clips, ctx);
    result.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    const Index clips = batch.clips.size(0), frames = batch.clips.size(1);
    result.clips += clips;
    for (Index n = 0; n < clips; ++n) {
      const auto name = io::in_quotes(loader.name(batch.indices[static_cast<std::size_t>(n)]));
      require_finite_logits(out.logits.value()[n].values(), "evaluate: clip " + name);
    }
    correct += correct_count(out.logits.value(), batch.labels);
    entropy += static_cast<double>(cross_entropy(out.logits, batch.labels).item()) *
               static_cast<double>(clips);

    std::map<std::string, Tensor<std::uint8_t>> actions;
    if (result.blocks.empty())
      for (const auto& decision : out.decisions) result.blocks.push_back({decision.block, {}});
    for (std::size_t b = 0; b < out.decisions.size(); ++b) {
      const auto taken = out.decisions[b].actions();
      actions[out.decisions[b].block] = taken;
      result.actions.add(taken);
      result.blocks[b].second.add(taken);
    }
    const auto plan = model.plan(batch.clips.size(3), batch.clips.size(4));
    run += models::run_macs(plan, actions, frames, clips * frames);
    dense += plan.dense_macs() * static_cast<double>(clips * frames);
    paper += static_cast<double>(adaptive_cost<float>(plan.macs(), models::channel_costs(plan),
                                                      out.decisions, frames, CostKind::real,
                                                      plan.dense_macs())
                                     .item()) *
             plan.dense_macs() * static_cast<double>(clips * frames);
    if (options.after_batch) options.after_batch();
  }
  require<ValueError>(result.clips > 0, "evaluate: there are no clips");
  const double clips = static_cast<double>(result.clips);
  result.cross_entropy = entropy / clips;
  result.top1 = 100 * static_cast<double>(correct) / clips;
  result.macs_per_clip = run / clips;
  result.macs_fraction = run / dense;
  result.paper_fraction = paper / dense;
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
