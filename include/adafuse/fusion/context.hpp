// The context of an adaptive forward: how decisions are made during this call, and by whom.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/fusion/action.hpp>
#include <adafuse/fusion/estimator.hpp>
#include <adafuse/nn/context.hpp>
#include <functional>
#include <map>
#include <span>
#include <string>

namespace adafuse::inline ADAFUSE_SIMD {

/// What a block asks before it decides.
template <class T>
struct DecisionRequest {
  const std::string& block;   ///< "layer1.0", "inception_3a"
  const Tensor<T>& features;  ///< the block's input, [N*T, c, h, w]
  Index frames;               ///< T
  Index channels;             ///< c', to be decided on

  /// The numbers of the clips, one each; empty: nobody numbered them.
  std::span<const std::uint64_t> samples = {};
  /// [c', c]: by how much each channel answers to each channel of the input, at most (see
  /// magnitude.hpp). Empty where nobody knows.
  std::function<Tensor<T>()> gains = {};
  /// The number of the first clip here, in the batch that several ranks share.
  Index first = 0;
};

/// Decides in place of the agents: returns actions [N*T, c'], or an undefined tensor to leave the
/// block to its own agent.
template <class T>
using DecisionSource = std::function<Tensor<std::uint8_t>(const DecisionRequest<T>&)>;

/// The Gumbel noise of a block, for logits of the shape given, in place of what would be drawn: to
/// repeat what another program did.
template <class T>
using NoiseSource = std::function<Tensor<T>(const std::string& block, const Shape& logits)>;

/// What a forward of an adaptive network brings along beside nn::Context.
template <class T>
struct AdaptiveContext : nn::Context<T> {
  using nn::Context<T>::Context;

  Estimator estimator = Estimator::gumbel;  ///< how training draws
  double temperature = 0.67;                ///< of the Gumbel-softmax in training
  bool detach_history = false;              ///< A reused map sends no gradient to the frame before.
  bool sample = false;          ///< Draw noise in evaluation too, as the authors' code does.
  DecisionSource<T> decisions;  ///< empty: the agents decide
  NoiseSource<T> noise;         ///< empty: drawn

  /// Numbers of the clips, one each. What is drawn for a clip follows its number; without numbers,
  /// its place in the batch (that of all ranks, where several share it).
  std::vector<std::uint64_t> samples;
};

/// Where the random numbers of a clip begin.
struct ClipDraws {
  Key key;                  ///< the stream
  std::uint64_t first = 0;  ///< the position in it
};

/// Those of clip n of a batch, `count` numbers long, of a block's stream `key`. `first` is the
/// number of the batch's first clip, where it is a part of a larger one.
inline ClipDraws clip_draws(Key key, std::span<const std::uint64_t> samples, Index n, Index count,
                            Index first = 0) {
  if (samples.empty()) return {key, static_cast<std::uint64_t>((first + n) * count)};
  return {key.of(samples[static_cast<std::size_t>(n)]), 0};
}

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
  /// Of each action.
  double keep = 1, reuse = 0, skip = 0;

  /// The action that a number u, drawn evenly from [0, 1), stands for.
  Action at(double u) const {
    return u < keep ? Action::keep : u < keep + reuse ? Action::reuse : Action::skip;
  }
};

/// Throws ValueError, naming the policy, for shares that are none.
inline void check_shares(const ActionShares& shares, const char* policy) {
  const double total = shares.keep + shares.reuse + shares.skip;
  require<ValueError>(
      shares.keep >= 0 && shares.reuse >= 0 && shares.skip >= 0 && std::abs(total - 1) < 1e-6,
      policy, " policy: shares of keep, reuse, skip must be >= 0 and add up to 1, got ",
      shares.keep, ",", shares.reuse, ",", shares.skip);
}

/// Each channel of each frame by lot. The lot is a function of the key, the block, the clip and the
/// place in [T, c'], so the same block decides the same each time, and a clip with a number is
/// decided on alike in every batch; take another key to draw anew.
template <class T>
DecisionSource<T> random_actions(ActionShares shares, Key key) {
  check_shares(shares, "random");
  return [shares, key](const DecisionRequest<T>& ask) {
    const Key lots = key.of(ask.block);
    auto actions = Tensor<std::uint8_t>::uninitialized({ask.features.size(0), ask.channels});
    std::uint8_t* const out = actions.data();
    const Work work =
        Work::functions(actions.size()) / std::max<Index>(1, actions.size(0) / ask.frames);
    parallel_for(actions.size(0) / ask.frames, 1, work, [&](Index n, Index) {
      const Index places = ask.frames * ask.channels;
      const ClipDraws draws = clip_draws(lots, ask.samples, n, places, ask.first);
      for (Index i = 0; i < places; ++i)
        out[n * places + i] = static_cast<std::uint8_t>(
            shares.at(draws.key.uniform(draws.first + static_cast<std::uint64_t>(i))));
    });
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

}  // namespace adafuse::inline ADAFUSE_SIMD
