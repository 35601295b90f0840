// Action: what happens to one channel of one frame: keep it, reuse the previous frame's, or skip
// it.
//
// Two orders are in use. The paper's text, and every file of decisions that this project writes,
// numbers keep 0, reuse 1, skip 2. The authors' tensors, and so all weights and logits here, have
// skip first: index 0 skip, 1 reuse, 2 keep. This header is the only place that converts.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/logits.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

enum class Action : std::uint8_t { keep = 0, reuse = 1, skip = 2 };

inline constexpr Index action_count = 3;

/// Where an action stands in logits and one-hot decisions: skip, reuse, keep.
constexpr Index logit_index(Action action) { return 2 - static_cast<Index>(action); }

/// The inverse of logit_index.
constexpr Action action_at(Index logit) { return static_cast<Action>(2 - logit); }

/// The action with the largest entry for each channel: [..., 3] -> [...]. Of equal entries the
/// first in the order of the logits wins (skip before reuse before keep), as in the authors' code.
/// Throws ValueError where nothing can be chosen: for a NaN, +inf, or -inf alone.
template <class T>
Tensor<std::uint8_t> chosen_actions(const Tensor<T>& weights) {
  require<ShapeError>(weights.rank() >= 1 && weights.size(-1) == action_count,
                      "chosen_actions: expects [...,3], got ", weights.shape());
  require_choices(weights, "chosen_actions");
  auto actions = Tensor<std::uint8_t>::uninitialized(
      Shape(std::span(weights.shape().begin(), weights.shape().end() - 1)));
  for (Index i = 0; i < actions.size(); ++i) {
    const T* w = weights.data() + i * action_count;
    const Index best = std::max_element(w, w + action_count) - w;
    actions.data()[i] = static_cast<std::uint8_t>(action_at(best));
  }
  return actions;
}

/// Actions as one-hot weights in the order of the logits: [...] -> [..., 3].
template <class T>
Tensor<T> one_hot_actions(const Tensor<std::uint8_t>& actions) {
  Shape shape = actions.shape();
  shape.push_back(action_count);
  Tensor<T> weights(shape);
  for (Index i = 0; i < actions.size(); ++i) {
    const auto action = actions.data()[i];
    require<ValueError>(action < action_count, "one_hot_actions: element ", i, " is ", +action,
                        ", expects 0 keep, 1 reuse, 2 skip");
    weights.data()[i * action_count + logit_index(Action{action})] = 1;
  }
  return weights;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
