// What an evaluation says of each clip, and what follows from it: top-k, classes, confusion, and
// which clips were cheap or dear.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// One clip, evaluated.
struct ClipResult {
  Index clip = 0;  ///< its number in the data set
  /// The first label, and the class of the largest logit.
  std::int64_t label = 0, guess = 0;
  std::vector<std::int64_t>
      labels;       ///< that count: the label alone, or all where there are several
  Index rank = 0;   ///< of the best label among the logits, from 0; a tie goes to the first class
  double macs = 0;  ///< that are run, agents included
  double macs_fraction = 1;    ///< of the dense network without agents
  std::vector<float> logits;   ///< by class
  std::vector<double> scores;  ///< their softmax, or their sigmoid for several labels

  bool right() const { return rank == 0; }
};

namespace detail {

/// Place of a class among the logits, from 0.
inline Index rank_of(std::span<const float> logits, std::int64_t label) {
  const auto own = static_cast<std::size_t>(label);
  Index rank = 0;
  for (std::size_t k = 0; k < logits.size(); ++k)
    rank += logits[k] > logits[own] || (equals(logits[k], logits[own]) && k < own);
  return rank;
}

}  // namespace detail

/// Everything about a clip's logits but its number and its cost. Throws nothing; logits are finite.
inline ClipResult clip_result(std::span<const float> logits, std::int64_t label) {
  ClipResult result;
  const auto top = std::max_element(logits.begin(), logits.end());
  result.logits.assign(logits.begin(), logits.end());
  result.label = label;
  result.labels = {label};
  result.guess = top - logits.begin();
  result.rank = detail::rank_of(logits, label);
  double sum = 0;
  for (const float logit : logits) {
    result.scores.push_back(std::exp(static_cast<double>(logit) - static_cast<double>(*top)));
    sum += result.scores.back();
  }
  for (double& score : result.scores) score /= sum;
  return result;
}

/// The same for a clip of several labels, at least one: it is right where its largest logit is one
/// of them.
inline ClipResult clip_result(std::span<const float> logits,
                              const std::vector<std::int64_t>& labels) {
  ClipResult result;
  result.logits.assign(logits.begin(), logits.end());
  result.label = labels.front();
  result.labels = labels;
  result.guess = std::max_element(logits.begin(), logits.end()) - logits.begin();
  result.rank = std::ssize(logits);
  for (const auto label : labels)
    result.rank = std::min(result.rank, detail::rank_of(logits, label));
  for (const float logit : logits)
    result.scores.push_back(1 / (1 + std::exp(-static_cast<double>(logit))));
  return result;
}

/// The per cent of clips that have a label among the `k` largest logits.
inline double top_k(const std::vector<ClipResult>& clips, Index k) {
  const auto found =
      std::count_if(clips.begin(), clips.end(), [k](const auto& clip) { return clip.rank < k; });
  return 100 * static_cast<double>(found) / static_cast<double>(clips.size());
}

/// One class of a data set.
struct ClassResult {
  /// How many there are, and how many were recognised.
  Index clips = 0, right = 0;
  double macs_fraction = 0;  ///< mean over its clips

  double accuracy() const {  ///< per cent; of a class without clips 0
    return clips > 0 ? 100 * static_cast<double>(right) / static_cast<double>(clips) : 0;
  }
};

/// All classes, in the order of their labels. A clip of several counts for each of them, and is
/// right for the one that was answered.
inline std::vector<ClassResult> class_results(const std::vector<ClipResult>& clips, Index classes) {
  std::vector<ClassResult> results(static_cast<std::size_t>(classes));
  for (const auto& clip : clips) {
    for (const auto label : clip.labels) {
      auto& own = results[static_cast<std::size_t>(label)];
      own.clips += 1;
      own.right += clip.guess == label;
      own.macs_fraction += clip.macs_fraction;
    }
  }
  for (auto& result : results)
    if (result.clips > 0) result.macs_fraction /= static_cast<double>(result.clips);
  return results;
}

/// The mean of the classes' accuracies, per cent; classes without clips do not count.
inline double mean_class_accuracy(const std::vector<ClassResult>& classes) {
  double sum = 0, count = 0;
  for (const auto& result : classes)
    if (result.clips > 0) sum += result.accuracy(), ++count;
  return count > 0 ? sum / count : 0;
}

/// How often clips of a class (rows) were taken for a class (columns): [classes, classes].
inline Tensor<Index> confusion(const std::vector<ClipResult>& clips, Index classes) {
  Tensor<Index> counts({classes, classes});
  for (const auto& clip : clips) ++counts(clip.label, clip.guess);
  return counts;
}

/// The places in `clips` from the cheapest to the dearest; of equal ones the first comes first.
inline std::vector<std::size_t> by_cost(const std::vector<ClipResult>& clips) {
  std::vector<std::size_t> order(clips.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return clips[a].macs < clips[b].macs; });
  return order;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
