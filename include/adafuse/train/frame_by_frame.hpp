// Frame by frame: an evaluation that looks at no more frames of a clip than its rules ask for, and
// runs no more than a stream runs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/train/evaluation_views.hpp>
#include <adafuse/train/frame_rules.hpp>
#include <adafuse/train/trained_model.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// An evaluation whose costs and counts are of the frames that were looked at. Shares of the dense
/// network are of all T frames of the clips. Agents that others decide for are not run, nor
/// charged.
struct FrameByFrame {
  Evaluation all;                ///< answers, costs and counts
  std::vector<Index> looked_at;  ///< how many frames of each clip, in the order of the loader

  /// Mean over the clips.
  double frames_per_clip() const {
    return std::accumulate(looked_at.begin(), looked_at.end(), 0.0) /
           static_cast<double>(looked_at.size());
  }
};

namespace detail {

/// A clip that is run through a stream.
class ClipByFrame {
 public:
  ClipByFrame(infer::StreamSession<float>& stream, const FrameRules& rules)
      : stream_(stream), rules_(rules) {}

  /// The logits after the last frame that was looked at. clip: [T, 3, h, w]; `name` is for errors.
  Tensor<float> run(const Tensor<float>& clip, std::uint64_t number, const std::string& name,
                    bool several_labels) {
    FrameGate gate(rules_);
    stream_.reset(number);
    Tensor<float> logits;
    for (Index t = 0; t < clip.size(0); ++t) {
      const auto start = std::chrono::steady_clock::now();
      const bool admitted = gate.admits(clip[t]);
      const auto answer =
          admitted ? stream_.push(clip[t]) : std::optional<infer::Prediction<float>>();
      seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (!admitted) continue;
      ++frames_;
      const auto& blocks = stream_.network().blocks;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        const auto now = stream_.actions(b);
        auto& rows = actions_[blocks[b].name];
        rows.insert(rows.end(), now.begin(), now.end());
      }
      logits = Tensor<float>({std::ssize(answer->logits)});
      std::copy(answer->logits.begin(), answer->logits.end(), logits.begin());
      if (is_sure(Guess(answer->logits, name, several_labels).score, rules_)) break;
    }
    return logits;
  }

  /// How many frames were looked at.
  Index frames() const { return frames_; }
  /// That they took, those that were passed over included.
  double seconds() const { return seconds_; }
  /// What was decided on them, [frames, c'] of each block.
  BlockActions actions() const {
    BlockActions actions;
    for (const auto& [block, rows] : actions_) {
      Tensor<std::uint8_t> taken({frames_, std::ssize(rows) / frames_});
      std::copy(rows.begin(), rows.end(), taken.begin());
      actions[block] = taken;
    }
    return actions;
  }

 private:
  infer::StreamSession<float>& stream_;
  const FrameRules& rules_;
  Index frames_ = 0;
  double seconds_ = 0;
  std::map<std::string, std::vector<std::uint8_t>> actions_;
};

/// What the paper's formula says of decisions on `frames` frames, in multiply-accumulates.
inline double formula_macs(const models::Plan<float>& plan, const BlockActions& actions,
                           Index frames, CostKind kind) {
  std::vector<Decision<float>> decisions;
  for (const auto& [block, taken] : actions)
    decisions.push_back({.block = block, .weights = one_hot_actions<float>(taken), .logits = {}});
  const auto share = adaptive_cost<float>(plan.macs(), models::channel_costs(plan), decisions,
                                          frames, kind, plan.dense_macs());
  return static_cast<double>(share.item()) * plan.dense_macs() * static_cast<double>(frames);
}

}  // namespace detail

/// Runs the model over the clips of a loader (its epoch 0), frame by frame, under rules. `decider`
/// decides in place of the agents; empty: they do. Throws ValueError for rules that are none, and
/// for a network that reads later frames.
inline FrameByFrame evaluate_frames(const models::VideoModel<float>& model,
                                    const data::Loader& loader, const FrameRules& rules,
                                    const infer::Decider& decider = {},
                                    bool several_labels = false) {
  check(rules);
  require<ValueError>(!model.config().fusion.shift,
                      "evaluate: a network with temporal shift reads later frames: it does not go "
                      "frame by frame");
  const NoGrad guard;
  FrameByFrame result;
  Evaluation& all = result.all;
  all.several_labels = several_labels;
  detail::EvaluationSums sums;
  std::optional<infer::StreamSession<float>> stream;
  for (const auto& batch : loader.epoch(0)) {
    const Index frames = batch.clips.size(1), height = batch.clips.size(3),
                width = batch.clips.size(4);
    if (!stream ||
        stream->network().values[stream->network().input].shape != Shape{3, height, width}) {
      stream.emplace(infer::fold(model, height, width, {.frames = 1}));
      stream->set_decider(decider);
    }
    const auto plan = model.plan(height, width);
    for (Index n = 0; n < batch.clips.size(0); ++n) {
      const auto place = static_cast<std::size_t>(n);
      const Index number = batch.indices[place];
      const auto name = "evaluate: clip " + io::in_quotes(loader.name(number));
      detail::ClipByFrame clip(*stream, rules);
      const double before = stream->macs_run();
      const auto logits =
          clip.run(batch.clips[n], static_cast<std::uint64_t>(number), name, several_labels);
      all.seconds += clip.seconds();
      auto answer = several_labels ? clip_result(logits.values(), batch.label_sets[place])
                                   : clip_result(logits.values(), batch.labels(n));
      const auto actions = clip.actions();
      if (all.blocks.empty()) {
        for (const auto& block : stream->network().blocks) all.blocks.push_back({block.name, {}});
        all.frames.resize(all.blocks.size());
      }
      detail::count_actions(all, actions, clip.frames());
      detail::count_by_label(all, answer, actions);
      const double of_clip = plan.dense_macs() * static_cast<double>(frames);
      answer.clip = number;
      answer.macs = stream->macs_run() - before;
      answer.macs_fraction = answer.macs / of_clip;
      sums.run += answer.macs;
      sums.dense += of_clip;
      sums.paper += detail::formula_macs(plan, actions, clip.frames(), CostKind::real);
      sums.upper += detail::formula_macs(plan, actions, clip.frames(), CostKind::upper_bound);
      sums.correct += answer.right() ? 1 : 0;
      sums.entropy += detail::loss_of(answer, several_labels);
      all.results.push_back(std::move(answer));
      result.looked_at.push_back(clip.frames());
      ++all.clips;
    }
  }
  detail::take_means(all, sums);
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
