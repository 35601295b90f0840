// An agent without history: its norms are part of its linears, and it writes actions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/policy.hpp>
#include <adafuse/infer/fold/folded_lstm.hpp>
#include <adafuse/infer/fold/global_pool.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// The actions with the largest of their three logits, or the first that none exceeds; logits
/// [actions][decisions]. False if some cannot be chosen: see fusion/logits.hpp. Two loops, and
/// whole numbers as wide as the logits: so both are compiled to vectors.
template <class T>
[[nodiscard]] bool choose_actions(Index decisions, const T* __restrict logits,
                                  std::uint8_t* __restrict chosen) {
  static_assert(action_count == 3, "as many logits are compared below");
  using AsWide = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  constexpr auto at_first = static_cast<AsWide>(action_at(0)),
                 at_second = static_cast<AsWide>(action_at(1)),
                 at_third = static_cast<AsWide>(action_at(2));
  const T *const first = logits, *const second = logits + decisions,
                 *const third = logits + 2 * decisions;
  for (Index i = 0; i < decisions; ++i) {
    const T larger = first[i] < second[i] ? second[i] : first[i];
    const AsWide of_two = first[i] < second[i] ? at_second : at_first;
    chosen[i] = static_cast<std::uint8_t>(larger < third[i] ? at_third : of_two);
  }
  constexpr T highest = std::numeric_limits<T>::max();
  AsWide can = 1;
  for (Index i = 0; i < decisions; ++i) {
    const T larger = first[i] < second[i] ? second[i] : first[i];
    const T largest = larger < third[i] ? third[i] : larger;
    can &= AsWide{!is_nan(first[i])} & AsWide{!is_nan(second[i])} & AsWide{!is_nan(third[i])} &
           AsWide{std::abs(largest) <= highest};
  }
  return can != 0;
}

template <class T>
struct FoldedAgent {
  PolicyConfig config;
  std::vector<FoldedLinear<T>> layers;  // the last one's outputs are [actions][decisions]
  Tensor<T>
      fixed;  // [actions][decisions]: the logits of an agent that sees nothing, else undefined
  std::optional<FoldedLstm<T>> memory;  // v_t -> h_t, of an agent with a memory

  /// v_t of each frame: x [frames, c, pixels] -> v [frames, c].
  void pool(Index frames, Index pixels, const T* x, ChannelLists live, T* v) const {
    if (config.sees == PolicySees::none) return;
    global_pool(config.pool == PolicyPool::max, frames, config.in_channels, pixels, x, live, v);
  }

  /// How many numbers a frame needs behind v: what the memory and each linear make.
  Index room() const {
    Index numbers = memory ? memory->hidden() : 0;
    for (const auto& layer : layers) numbers += layer.out();
    return numbers;
  }

  /// How many numbers it takes along from a frame to the next: v_t, or what its memory works in.
  Index carried() const { return memory ? memory->room() : config.in_channels; }

  /// `seen_at(f)` points to the pair v_{t-1}, v_t of a frame, [2c], or to h_t, [hidden], of an
  /// agent with a memory; `work`: [frames * room()]. Writes actions [frames, c']. Throws ValueError
  /// for logits that are no numbers.
  template <class SeenAt>
  void decide(Index frames, const SeenAt& seen_at, T* work, std::uint8_t* actions) const {
    const Index decisions = config.decisions();
    const T* logits = fixed.defined() ? fixed.data() : run_layers(frames, seen_at, work);
    const Index step = fixed.defined() ? 0 : decisions * action_count;
    for (Index f = 0; f < frames; ++f, logits += step) {
      std::uint8_t* const chosen = actions + f * config.out_channels;
      if (!choose_actions(decisions, logits, chosen)) throw_for(f, logits);
      for (Index i = decisions; i < config.out_channels; ++i) chosen[i] = chosen[i - decisions];
    }
  }

 private:
  /// The logits of the frames, [frames][actions][decisions], somewhere in `work`.
  template <class SeenAt>
  const T* run_layers(Index frames, const SeenAt& seen_at, T* work) const {
    T* x = work;
    if (config.sees == PolicySees::now)
      layers.front()(
          frames, [&seen_at, c = config.in_channels](Index f) { return seen_at(f) + c; }, x);
    else
      layers.front()(frames, seen_at, x);
    for (std::size_t i = 1; i < layers.size(); ++i) {
      T* y = x + frames * layers[i].in();
      layers[i](frames, x, y);
      x = y;
    }
    return x;
  }

  /// Frame f has logits [actions][decisions] of which one cannot be chosen.
  [[noreturn]] void throw_for(Index f, const T* logits) const {
    const Index decisions = config.decisions();
    Index i = 0;
    while (can_choose(logits + i, action_count, decisions)) ++i;
    throw ValueError(concat("the agent's logits of frame ", f, ", channel ", i, " are ",
                            listed(logits + i, action_count, decisions),
                            ", expects numbers: what comes in, or a weight, is not finite"));
  }
};

/// Rows [decisions][actions] of a tensor, put into the order [actions][decisions].
template <class T>
Tensor<T> rows_by_action(const Tensor<T>& rows) {
  const Index decisions = rows.size(0) / action_count, length = rows.size() / rows.size(0);
  constexpr std::array<Index, 3> actions_first{1, 0, 2};
  return kernels::permute(rows.reshape({decisions, action_count, length}), actions_first)
      .reshape(rows.shape());
}

/// Sets rows [actions][decisions] of actions that may not be chosen: logits, or biases, to -inf.
template <class T>
void exclude(const PolicyConfig& config, Tensor<T>& biases) {
  for (const Action action : all_actions)
    if (!allows(config.actions, action))
      std::fill_n(biases.data() + logit_index(action) * config.decisions(), config.decisions(),
                  -std::numeric_limits<T>::infinity());
}

template <class T>
FoldedAgent<T> fold_agent(const PolicyNetwork<T>& agent) {
  FoldedAgent<T> folded{agent.config(), {}, {}, {}};
  const auto& config = agent.config();
  if (config.sees == PolicySees::none) {
    folded.fixed = rows_by_action(agent.gate_logits().value());
    exclude(config, folded.fixed);
    return folded;
  }
  if (agent.memory()) folded.memory = fold_lstm(agent.memory()->cell());
  const auto& layers = agent.linears().gate_fc;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i)
    folded.layers.push_back(fold_linear(layers[i], agent.norms()[i]));
  auto biases = rows_by_action(layers.back().bias.value());
  exclude(config, biases);
  folded.layers.emplace_back(rows_by_action(layers.back().weight.value()), biases,
                             kernels::Activation::identity);
  return folded;
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
