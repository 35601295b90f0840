// A part of a step's batch: what goes through the network at once, where a whole batch would take
// too much memory. Gradients of the parts add up to the batch's. Where ranks share a batch, each
// has its share of every part, and the gradient is the mean of theirs.
//
// For a batch norm that is not frozen each part is a batch of its own: it has its own statistics,
// and moves the running ones. What is drawn (dropout, decisions) is drawn anew for each part, a
// cost is measured from its target part by part, and REINFORCE's baseline learns after each.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/peers.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/fusion/objective.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What goes through the network at once.
struct BatchPart {
  data::Batch batch;     ///< shares the whole one's memory
  double of_clips = 1;   ///< its share of the clips
  double of_labels = 1;  ///< and of the weights of their labels: the mean's divisor
  /// How many times the mean weight of a rank's labels this rank's labels weigh.
  double of_ranks = 1;

  bool is_all() const { return equals(of_clips, 1) && equals(of_labels, 1); }

  /// Its share of the batch's loss, given its own.
  Variable<float> loss(const Objective<float>& own, const CostLoss& weighs) const {
    const Variable<float> entropy = own.cross_entropy * static_cast<float>(of_labels);
    if (equals(weighs.lambda, 0)) return entropy;
    return entropy + cost_loss(own.cost, weighs) * static_cast<float>(of_clips);
  }
};

/// Part number `part` of `parts` equal ones, which the number of clips must be a multiple of.
/// Ranks that share the batch call it together.
inline BatchPart part_of_batch(const data::Batch& whole, Index part, Index parts,
                               const ClassWeights& weights, const Peers& peers = Alone()) {
  const bool weighed = weights.defined() && peers.size() > 1;
  if (parts == 1 && !weighed) return {whole};
  const Index n = whole.labels.size() / parts, begin = part * n;
  BatchPart result;
  result.batch.clips = whole.clips.narrow(begin, begin + n);
  result.batch.labels = whole.labels.narrow(begin, begin + n);
  if (!whole.label_sets.empty())
    result.batch.label_sets.assign(whole.label_sets.begin() + begin,
                                   whole.label_sets.begin() + begin + n);
  result.batch.indices.assign(whole.indices.begin() + begin, whole.indices.begin() + begin + n);
  double own = 0, all = 0;
  for (Index i = 0; i < whole.labels.size(); ++i) {
    const double weight = weights.of(whole.labels(i));
    all += weight;
    if (begin <= i && i < begin + n) own += weight;
  }
  if (weighed) {
    double of_all_ranks[] = {own, all};
    peers.sum(of_all_ranks);
    const double mean = of_all_ranks[0] / static_cast<double>(peers.size());
    result.of_ranks = own / mean;
    own = static_cast<double>(peers.size()) * own, all = of_all_ranks[1];
  }
  result.of_clips = 1 / static_cast<double>(parts);
  result.of_labels = own / all;
  return result;
}

/// Each clip of a batch `times` times, its copies side by side.
inline data::Batch repeated(const data::Batch& batch, Index times) {
  if (times == 1) return batch;
  const Index clips = batch.labels.size();
  const auto& one = batch.clips;
  data::Batch result;
  result.clips = Tensor<float>::uninitialized(
      {times * clips, one.size(1), one.size(2), one.size(3), one.size(4)});
  result.labels = Tensor<std::int64_t>({times * clips});
  for (Index i = 0; i < times * clips; ++i) {
    const Index clip = i / times;
    const auto at = static_cast<std::size_t>(clip);
    result.clips[i].copy_from(one[clip]);
    result.labels(i) = batch.labels(clip);
    if (!batch.label_sets.empty()) result.label_sets.push_back(batch.label_sets[at]);
    result.indices.push_back(batch.indices[at]);
  }
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
