// evaluate: a model over the clips of a loader.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/loader.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/train/evaluation_ranks.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/several_labels.hpp>
#include <chrono>
#include <functional>

namespace adafuse::train::inline ADAFUSE_SIMD {

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

/// What evaluate is told.
struct EvaluationOptions {
  PolicyChoice policy{};        ///< learned: the model's agents decide, by their largest logit
  Key key = Key(0);             ///< of what is drawn; a clip draws the same in a batch of any size
  bool sample = false;          ///< Sample the agents' decisions, as the authors' code does.
  bool several_labels = false;  ///< All labels of a clip count; otherwise the first.
  bool keep_decisions = false;  ///< Collect what was decided: clips x T x channels bytes.
  std::function<void()> after_batch{};  ///< Called after each batch; may leave by an exception.
  DecisionSource<float> decisions{};    ///< Decides in place of the policy; empty: that does.
  /// The ranks that share the clips: the loader makes this one's share of each batch. All get the
  /// evaluation of all clips. Null: there are no others.
  const Peers* peers = nullptr;
};

namespace detail {

/// The clips of a batch. Returns the multiply-accumulates that they took together.
inline double add_clips(Evaluation& result, const data::Batch& batch, const Tensor<float>& logits,
                        const models::Plan<float>& plan, const BlockActions& actions) {
  const Index frames = batch.clips.size(1);
  double all = 0;
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto row = logits[n].values();
    auto clip = result.several_labels
                    ? clip_result(row, batch.label_sets[static_cast<std::size_t>(n)])
                    : clip_result(row, batch.labels(n));
    BlockActions own;
    for (const auto& [block, taken] : actions)
      own[block] = taken.narrow(n * frames, (n + 1) * frames);
    count_by_label(result, clip, own);
    clip.clip = batch.indices[static_cast<std::size_t>(n)];
    clip.macs = models::run_macs(plan, own, frames, frames);
    clip.macs_fraction = clip.macs / (plan.dense_macs() * static_cast<double>(frames));
    all += clip.macs;
    result.results.push_back(std::move(clip));
  }
  return all;
}

/// Puts the decisions on a batch, whose first clip is number `first`, among those on all `clips`.
inline void keep_decisions(Evaluation& result, const BlockActions& actions, Index first,
                           Index clips, Index frames) {
  for (const auto& [block, taken] : actions) {
    auto& all = result.decisions[block];
    if (!all.defined()) all = Tensor<std::uint8_t>({clips, frames, taken.size(1)});
    const Index count = taken.size(0) / frames;
    all.narrow(first, first + count).copy_from(taken.reshape({count, frames, taken.size(1)}));
  }
}

}  // namespace detail

/// Runs the model over the clips of a loader (its epoch 0). Throws ValueError, naming the clip,
/// when a logit is not finite.
inline Evaluation evaluate(const models::VideoModel<float>& model, const data::Loader& loader,
                           const EvaluationOptions& options = {}) {
  const NoGrad guard;
  const bool shared = options.peers && options.peers->size() > 1;
  require<ValueError>(!shared || !options.keep_decisions,
                      "evaluate: decisions are kept by one rank, not by ",
                      shared ? options.peers->size() : 1);
  Evaluation result;
  result.several_labels = options.several_labels;
  detail::EvaluationSums sums;
  auto& [correct, entropy, run, dense, paper, upper] = sums;
  std::vector<Index> batch_of_clip;
  Index number = -1;
  for (const auto& batch : loader.epoch(0)) {
    ++number;
    if (batch.indices.empty()) {  // a share of the last batch
      if (options.after_batch) options.after_batch();
      continue;
    }
    AdaptiveContext<float> ctx(false, options.key.of("noise"));
    ctx.sample = options.sample;
    ctx.decisions = options.decisions ? options.decisions
                                      : options.policy.source<float>(options.key.of("lots"));
    ctx.samples.assign(batch.indices.begin(), batch.indices.end());  // in any batch the same
    const auto start = std::chrono::steady_clock::now();
    const auto out = model.forward(batch.clips, ctx);
    result.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    const Index clips = batch.clips.size(0), frames = batch.clips.size(1);
    result.clips += clips;
    batch_of_clip.resize(static_cast<std::size_t>(result.clips), number);
    for (Index n = 0; n < clips; ++n) {
      const auto name = io::in_quotes(loader.name(batch.indices[static_cast<std::size_t>(n)]));
      require_finite_logits(out.logits.value()[n].values(), "evaluate: clip " + name);
    }
    const auto& logits = out.logits;
    correct +=
        static_cast<double>(options.several_labels ? correct_count(logits.value(), batch.label_sets)
                                                   : correct_count(logits.value(), batch.labels));
    entropy +=
        static_cast<double>((options.several_labels ? mean(label_losses(logits, batch.label_sets))
                                                    : cross_entropy(logits, batch.labels))
                                .item()) *
        static_cast<double>(clips);

    detail::BlockActions actions;
    if (result.blocks.empty())
      for (const auto& decision : out.decisions) result.blocks.push_back({decision.block, {}});
    result.frames.resize(result.blocks.size());
    for (const auto& decision : out.decisions) actions[decision.block] = decision.actions();
    detail::count_actions(result, actions, frames);
    if (options.keep_decisions)
      detail::keep_decisions(result, actions, result.clips - clips, loader.clips(), frames);
    const auto plan = model.plan(batch.clips.size(3), batch.clips.size(4));
    run += detail::add_clips(result, batch, out.logits.value(), plan, actions);
    dense += plan.dense_macs() * static_cast<double>(clips * frames);
    const auto by_formula = [&](CostKind kind) {
      return static_cast<double>(adaptive_cost<float>(plan.macs(), models::channel_costs(plan),
                                                      out.decisions, frames, kind,
                                                      plan.dense_macs())
                                     .item()) *
             plan.dense_macs() * static_cast<double>(clips * frames);
    };
    paper += by_formula(CostKind::real);
    upper += by_formula(CostKind::upper_bound);
    if (options.after_batch) options.after_batch();
  }
  if (shared) detail::merge_ranks(*options.peers, result, sums, batch_of_clip);
  detail::take_means(result, sums);
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
