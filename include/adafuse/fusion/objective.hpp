// The objective: cross-entropy of the clip's class plus what its cost weighs (paper, equation 5).
//
//   absolute   lambda |cost - target|     with target 0 the paper's lambda cost
//   squared    lambda (cost - target)^2
//
// The paper's loss asks for less and less; the other two ask for a cost, as options of the authors'
// code do.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/cost.hpp>
#include <adafuse/ops/cross_entropy.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// How far a cost is from its target: |cost - target|, or (cost - target)^2.
enum class CostDistance { absolute, squared };

inline constexpr std::string_view cost_distance_words[] = {"absolute", "squared"};
constexpr io::Words words_of(CostDistance) { return {"cost-loss", cost_distance_words}; }

/// How a cost enters the loss.
struct CostLoss {
  double lambda = 0;                               ///< what the distance is multiplied with
  double target = 0;                               ///< in the unit of the cost
  CostDistance distance = CostDistance::absolute;  ///< how the distance is measured
};

/// The loss of costs of any shape, element by element.
template <class T>
Variable<T> cost_loss(const Variable<T>& cost, const CostLoss& loss) {
  const Variable<T> apart = cost - static_cast<T>(loss.target);
  return loss.lambda * (loss.distance == CostDistance::squared ? apart * apart : abs(apart));
}

/// The loss and its two parts.
template <class T>
struct Objective {
  Variable<T> loss;           ///< cross_entropy + cost_loss(cost)
  Variable<T> cross_entropy;  ///< in nats
  Variable<T> cost;           ///< in the unit that it was counted in
};

/// lambda = 0 leaves the cost out of the loss; it is still there to be reported. `entropy` is what
/// the answers are charged, however it was counted.
template <class T>
Objective<T> objective(const Variable<T>& entropy, const Variable<T>& cost,
                       const CostLoss& weighs) {
  return {equals(weighs.lambda, 0) ? entropy : entropy + cost_loss(cost, weighs), entropy, cost};
}

/// The same for the cross-entropy of labels, a mean; `options` are its.
template <class T>
Objective<T> objective(const Variable<T>& logits, const Tensor<std::int64_t>& labels,
                       const Variable<T>& cost, const CostLoss& weighs,
                       const CrossEntropyOptions& options = {}) {
  return objective(cross_entropy(logits, labels, options), cost, weighs);
}

/// The paper's: cross-entropy + lambda * cost.
template <class T>
Objective<T> objective(const Variable<T>& logits, const Tensor<std::int64_t>& labels,
                       const Variable<T>& cost, double lambda) {
  return objective(logits, labels, cost, CostLoss{.lambda = lambda});
}

/// The objective of each clip alone, [N], given what its answer is charged and its cost, both [N].
/// Values only.
template <class T>
Tensor<T> clip_losses(const Tensor<T>& entropies, const Tensor<T>& costs, const CostLoss& weighs) {
  require<ShapeError>(entropies.rank() == 1 && costs.shape() == entropies.shape(),
                      "clip_losses: expects entropies and costs [N], got ", entropies.shape(),
                      " and ", costs.shape());
  if (equals(weighs.lambda, 0)) return entropies;
  const NoGrad guard;
  return (Variable<T>(entropies) + cost_loss<T>(costs, weighs)).value();
}

/// The same for the cross-entropy of labels. Their mean is the objective: class weights are divided
/// by the mean of those of the labels.
template <class T>
Tensor<T> clip_losses(const Tensor<T>& logits, const Tensor<std::int64_t>& labels,
                      const Tensor<T>& costs, const CostLoss& weighs,
                      const CrossEntropyOptions& options = {}) {
  require<ShapeError>(logits.rank() == 2 && costs.shape() == Shape{logits.size(0)},
                      "clip_losses: expects logits [N,K] and costs [N], got ", logits.shape(),
                      " and ", costs.shape());
  const NoGrad guard;
  auto target = label_distribution<T>(labels, logits.size(1), options.label_smoothing);
  if (options.weight.defined()) {
    double total = 0;
    for (const auto label : labels) total += options.weight.of(label);
    const double scale = static_cast<double>(labels.size()) / total;
    for (Index i = 0; i < target.size(); ++i)
      target.data()[i] *= static_cast<T>(scale * options.weight.of(i % logits.size(1)));
  }
  return clip_losses<T>((-sum(log_softmax(logits, 1) * target, {1})).value(), costs, weighs);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
