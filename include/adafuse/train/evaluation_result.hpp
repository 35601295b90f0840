// Evaluation: what was found over many clips: how often a model is right, what it decides, and what
// that costs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/fusion/action.hpp>
#include <adafuse/train/average_precision.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Counts over many decisions.
struct ActionCounts {
  std::array<Index, action_count> count{};  ///< by Action: keep, reuse, skip

  /// Counts these actions as well.
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
  Index clips = 0;                  ///< how many were evaluated
  bool several_labels = false;      ///< All labels of a clip count (train/several_labels.hpp).
  double cross_entropy = 0;         ///< nats, mean over the clips; of several labels binary
  double top1 = 0;                  ///< per cent
  double macs_per_clip = 0;         ///< that are run, agents included
  double macs_fraction = 1;         ///< of the dense network without agents
  double paper_fraction = 1;        ///< the same by the paper's formula ("real")
  double upper_bound_fraction = 1;  ///< and by its upper bound: only what is skipped is saved
  double seconds = 0;               ///< of the forward passes
  ActionCounts actions;             ///< over all blocks, frames and clips
  std::vector<std::pair<std::string, ActionCounts>> blocks;  ///< the same block by block
  std::vector<std::vector<ActionCounts>> frames;  ///< [block][t]: the same by place in the clip
  std::map<std::int64_t, ActionCounts> classes;   ///< the same by label, of clips that have it
  std::vector<ClipResult> results;                ///< of each clip, in the order of the loader
  /// [clips, T, c] by Action, block by block: only where EvaluationOptions asks for them.
  std::map<std::string, Tensor<std::uint8_t>> decisions;
};

/// mAP of an evaluation, per cent, over the classes that some clip has.
inline double map_of(const Evaluation& e) {
  const Index classes = e.results.empty() ? 0 : std::ssize(e.results.front().scores);
  return mean_average_precision(average_precisions(e.results, classes));
}

namespace detail {

using BlockActions = std::map<std::string, Tensor<std::uint8_t>>;

/// What was decided on clips of `frames` frames, counted in all, by block and by frame.
inline void count_actions(Evaluation& result, const BlockActions& actions, Index frames) {
  for (std::size_t b = 0; b < result.blocks.size(); ++b) {
    const auto& taken = actions.at(result.blocks[b].first);  // [N*T, c]
    result.actions.add(taken);
    result.blocks[b].second.add(taken);
    auto& by_frame = result.frames[b];
    by_frame.resize(std::max(by_frame.size(), static_cast<std::size_t>(frames)));
    for (Index f = 0; f < taken.size(0); ++f)
      by_frame[static_cast<std::size_t>(f % frames)].add(taken[f]);
  }
}

/// What was decided on a clip, counted for each of its labels.
inline void count_by_label(Evaluation& result, const ClipResult& clip,
                           const BlockActions& actions) {
  for (const auto label : clip.labels)
    for (const auto& [block, taken] : actions) result.classes[label].add(taken);
}

/// Sums over clips, of which the means of an evaluation are made.
struct EvaluationSums {
  double correct = 0, entropy = 0;                  // clips; nats
  double run = 0, dense = 0, paper = 0, upper = 0;  // multiply-accumulates

  std::array<double*, 6> all() { return {&correct, &entropy, &run, &dense, &paper, &upper}; }
};

/// The means of an evaluation over its clips. Throws ValueError where there are none.
inline void take_means(Evaluation& e, const EvaluationSums& sums) {
  require<ValueError>(e.clips > 0, "evaluate: there are no clips");
  const auto clips = static_cast<double>(e.clips);
  e.cross_entropy = sums.entropy / clips;
  e.top1 = 100 * sums.correct / clips;
  e.macs_per_clip = sums.run / clips;
  e.macs_fraction = sums.run / sums.dense;
  e.paper_fraction = sums.paper / sums.dense;
  e.upper_bound_fraction = sums.upper / sums.dense;
}

}  // namespace detail
}  // namespace adafuse::train::inline ADAFUSE_SIMD
