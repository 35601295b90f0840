// REINFORCE: the gradient of an expected loss over choices that were drawn (Williams, 1992).
//
//   grad E[L] = E[grad L + (L - b) grad log p(a)]      for every b that does not depend on a
//
// Here a clip n has one loss L_n, the negative of its reward, and its choices are those of all its
// blocks, frames and channels: log p(a_n) is a sum over them. The baseline b is a learned number:
// it follows the losses by gradient steps on (L - b)^2 / 2, so it is their running mean. It is
// taken from earlier steps, for this step's losses depend on what was drawn.
//
// Where each clip's choices are drawn D > 1 times, the baseline of one draw is the mean loss of the
// clip's others (leave one out): it knows the clip, and does not depend on the draw.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/decide.hpp>
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/where.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The number b, and how it is learned.
class Baseline {
 public:
  /// Moves by the share `rate` of the distance to each batch's mean loss.
  explicit Baseline(double rate = 0.1) : rate_(rate) {
    require<ValueError>(0 < rate && rate <= 1, "Baseline: rate must be in (0, 1], got ", rate);
  }

  /// What losses were of late; 0 before any was seen.
  double value() const { return value_; }
  /// Whether any was seen.
  bool started() const { return started_; }
  /// Goes on from the value of a baseline that has seen losses.
  void restore(double value) {
    value_ = value;
    started_ = true;
  }

  /// b <- b - rate d/db mean (L - b)^2 / 2. The first losses set it.
  template <class T>
  void learn(const Tensor<T>& losses) {
    double mean = 0;
    for (const T loss : losses)
      mean += static_cast<double>(loss) / static_cast<double>(losses.size());
    learn_mean(mean);
  }

  /// The same, given their mean.
  void learn_mean(double mean) {
    value_ -= (std::exchange(started_, true) ? rate_ : 1) * (value_ - mean);
  }

 private:
  double rate_, value_ = 0;
  bool started_ = false;
};

/// log p(a_n) of the choices of each clip, [N], for decisions that were drawn from their logits.
/// T = `frames`.
template <class T>
Variable<T> log_probability(const std::vector<Decision<T>>& decisions, Index frames) {
  require<ValueError>(!decisions.empty(), "log_probability: nothing was decided");
  Variable<T> total;
  for (const auto& decision : decisions) {
    require<ValueError>(decision.logits.defined(), "log_probability: ", decision.block,
                        " has no agent");
    // Channels that share a decision chose once. What may not be chosen has log p = -inf.
    const Index distinct = decision.weights.size(1) / decision.groups_of;
    const auto& weights = decision.weights.value();
    const auto log_p = log_softmax(decision.logits, 2) * Variable<T>(weights);
    const auto chosen = slice(where(weights > T{0}, log_p, T{0}), 1, 0, distinct);
    const auto clips = sum(unfold_time(chosen, frames), {1, 2, 3});
    total = total.defined() ? total + clips : clips;
  }
  return total;
}

/// The baseline of each loss [N*D], of N clips with D = `draws` draws side by side: the mean of its
/// clip's other draws.
template <class T>
Tensor<T> leave_one_out(const Tensor<T>& losses, Index draws) {
  require<ShapeError>(losses.rank() == 1 && draws > 1 && losses.size() % draws == 0,
                      "leave_one_out: expects losses [N*D] of at least two draws, got ",
                      losses.shape(), " of ", draws);
  Tensor<T> baselines(losses.shape());
  for (Index i = 0; i < losses.size(); ++i) {
    const Index first = i / draws * draws;
    double others = 0;
    for (Index j = first; j < first + draws; ++j)
      if (j != i) others += static_cast<double>(losses(j));
    baselines(i) = static_cast<T>(others / static_cast<double>(draws - 1));
  }
  return baselines;
}

/// mean_n (L_n - b_n) log p(a_n): a term whose gradient is the second part of the one above. Add it
/// to the mean of the L_n as far as they have a derivative of their own. All are [N].
template <class T>
Variable<T> reinforce(const Variable<T>& log_probability, const Tensor<T>& losses,
                      const Tensor<T>& baselines) {
  require<ShapeError>(log_probability.shape() == losses.shape() && losses.rank() == 1 &&
                          baselines.shape() == losses.shape(),
                      "reinforce: expects log-probabilities, losses and baselines [N], got ",
                      log_probability.shape(), ", ", losses.shape(), " and ", baselines.shape());
  return mean(log_probability * (Variable<T>(losses) - Variable<T>(baselines)));
}

/// The same with one baseline for all.
template <class T>
Variable<T> reinforce(const Variable<T>& log_probability, const Tensor<T>& losses,
                      double baseline) {
  return reinforce(log_probability, losses,
                   Tensor<T>::full(losses.shape(), static_cast<T>(baseline)));
}

}  // namespace adafuse::inline ADAFUSE_SIMD
