// The objective: cross-entropy of the clip's class plus lambda times the cost (paper, equation 5).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/cost.hpp>
#include <adafuse/ops/cross_entropy.hpp>

namespace adafuse {

/// The loss and its two parts.
template <class T>
struct Objective {
  Variable<T> loss;           ///< cross_entropy + lambda * cost
  Variable<T> cross_entropy;  ///< in nats
  Variable<T> cost;           ///< in the unit that it was counted in
};

/// lambda = 0 leaves the cost out of the loss; it is still there to be reported.
template <class T>
Objective<T> objective(const Variable<T>& logits, const Tensor<std::int64_t>& labels,
                       const Variable<T>& cost, double lambda) {
  const Variable<T> entropy = cross_entropy(logits, labels);
  return {lambda == 0 ? entropy : entropy + lambda * cost, entropy, cost};
}

}  // namespace adafuse
