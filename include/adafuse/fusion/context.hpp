// The context of an adaptive forward: how decisions are made during this call, and by whom.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/nn/context.hpp>
#include <functional>
#include <map>
#include <string>

namespace adafuse {

/// What a block asks before it decides.
template <class T>
struct DecisionRequest {
  const std::string& block;   ///< "layer1.0", "inception_3a"
  const Tensor<T>& features;  ///< the block's input, [N*T, c, h, w]
  Index frames;               ///< T
  Index channels;             ///< c', to be decided on
};

/// Decides in place of the agents: returns actions [N*T, c'], or an undefined tensor to leave the
/// block to its own agent.
template <class T>
using DecisionSource = std::function<Tensor<std::uint8_t>(const DecisionRequest<T>&)>;

template <class T>
struct AdaptiveContext : nn::Context<T> {
  using nn::Context<T>::Context;

  double temperature = 0.67;    ///< of the Gumbel-softmax in training
  bool sample = false;          ///< Draw noise in evaluation too, as the authors' code does.
  DecisionSource<T> decisions;  ///< empty: the agents decide
};

/// Computes every channel: the dense network.
template <class T>
DecisionSource<T> keep_all() {
  return [](const DecisionRequest<T>& ask) {
    return Tensor<std::uint8_t>::full({ask.features.size(0), ask.channels},
                                      static_cast<std::uint8_t>(Action::keep));
  };
}

/// The chances of the three actions; they add up to 1.
struct ActionShares {
  double keep = 1, reuse = 0, skip = 0;
};

/// Each channel of each frame by lot. The lot is a function of the key, the block and the place in
/// [N*T, c'], so the same block decides the same each time; take another key to draw anew.
template <class T>
DecisionSource<T> random_actions(ActionShares shares, Key key) {
  const double total = shares.keep + shares.reuse + shares.skip;
  require<ValueError>(
      shares.keep >= 0 && shares.reuse >= 0 && shares.skip >= 0 && std::abs(total - 1) < 1e-6,
      "random policy: shares of keep, reuse, skip must be >= 0 and add up to 1, got ", shares.keep,
      ",", shares.reuse, ",", shares.skip);
  return [shares, key](const DecisionRequest<T>& ask) {
    const Key lots = key.of(ask.block);
    auto actions = Tensor<std::uint8_t>::uninitialized({ask.features.size(0), ask.channels});
    for (Index i = 0; i < actions.size(); ++i) {
      const double u = lots.uniform(static_cast<std::uint64_t>(i));
      const Action action = u < shares.keep                  ? Action::keep
                            : u < shares.keep + shares.reuse ? Action::reuse
                                                             : Action::skip;
      actions.data()[i] = static_cast<std::uint8_t>(action);
    }
    return actions;
  };
}

/// The decisions that are written down for each block; a block that is not listed decides itself.
template <class T>
DecisionSource<T> follow(std::map<std::string, Tensor<std::uint8_t>> actions) {
  return [actions = std::move(actions)](const DecisionRequest<T>& ask) -> Tensor<std::uint8_t> {
    const auto found = actions.find(ask.block);
    if (found == actions.end()) return {};
    const Shape expected{ask.features.size(0), ask.channels};
    require<ShapeError>(found->second.shape() == expected, "decisions of ", ask.block, ": expects ",
                        expected, ", got ", found->second.shape());
    return found->second;
  };
}

}  // namespace adafuse
