// Clips that have several labels: each class is there or not, for itself.
//
//   L(n) = sum over k of t ln(1 + e^-x) + (1 - t) ln(1 + e^x),   x = logit(n, k), t = [n has k]
//
// torch's binary_cross_entropy_with_logits of each class, summed over the classes: like a
// cross-entropy, it says in nats how surprising a clip's labels are, so lambda weighs a cost
// against it in the same unit (docs/decisions/0053-several-labels.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <adafuse/ops/loss.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// All labels of each clip.
using LabelSets = std::vector<std::vector<std::int64_t>>;

/// [N, K]: 1 where a clip has a class, 0 elsewhere.
inline Tensor<float> label_indicators(const LabelSets& sets, Index classes) {
  Tensor<float> indicators({std::ssize(sets), classes});
  for (Index n = 0; n < std::ssize(sets); ++n)
    for (const auto label : sets[static_cast<std::size_t>(n)]) indicators(n, label) = 1;
  return indicators;
}

/// L [N] of logits [N, K].
inline Variable<float> label_losses(const Variable<float>& logits, const LabelSets& sets) {
  const auto each = binary_cross_entropy_with_logits(logits, label_indicators(sets, logits.size(1)),
                                                     {.reduction = Reduction::none});
  return sum(each, {1});
}

/// How many rows of logits [N, K] have their largest entry at one of their labels.
inline Index correct_count(const Tensor<float>& logits, const LabelSets& sets) {
  Index correct = 0;
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto row = logits[n];
    const auto& own = sets[static_cast<std::size_t>(n)];
    const auto top = std::max_element(row.begin(), row.end()) - row.begin();
    correct += std::find(own.begin(), own.end(), top) != own.end();
  }
  return correct;
}

/// The share of the clips that have the commonest label: what a network reaches that looks at none.
inline double chance_of_several(const data::Dataset& clips, Index classes) {
  std::vector<Index> counts(static_cast<std::size_t>(classes), 0);
  for (Index i = 0; i < clips.size(); ++i)
    for (const auto label : clips.labels(i)) ++counts[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
         static_cast<double>(clips.size());
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
