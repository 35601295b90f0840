// An agent without history: its norms are part of its linears, and it writes actions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/policy.hpp>
#include <adafuse/infer/folded_linear.hpp>
#include <adafuse/infer/global_pool.hpp>
#include <span>

namespace adafuse::infer {

template <class T>
struct FoldedAgent {
  PolicyConfig config;
  std::vector<FoldedLinear<T>> layers;

  /// v_t of each frame: x [frames, c, pixels] -> v [frames, c].
  void pool(Index frames, Index pixels, const T* x, ChannelLists live, T* v) const {
    global_pool(config.pool == PolicyPool::max, frames, config.in_channels, pixels, x, live, v);
  }

  /// How many numbers `decide` needs for a frame: what each linear reads, and the logits.
  Index room() const {
    Index numbers = layers.front().in();
    for (const auto& layer : layers) numbers += layer.out();
    return numbers;
  }

  /// `memory`: [frames * room()], of which the first [frames, 2c] are the pairs v_{t-1}, v_t.
  /// Writes actions [frames, c'].
  void decide(Index frames, T* memory, std::uint8_t* actions) const {
    T* x = memory;
    for (const auto& layer : layers) {
      T* y = x + frames * layer.in();
      layer(frames, x, y);
      x = y;
    }
    const Index decisions = config.decisions();
    for (Index f = 0; f < frames; ++f, x += decisions * action_count) {
      std::uint8_t* const chosen = actions + f * config.out_channels;
      for (Index i = 0; i < decisions; ++i)
        chosen[i] = static_cast<std::uint8_t>(action_at(largest(x + i * action_count)));
      for (Index i = decisions; i < config.out_channels; ++i) chosen[i] = chosen[i - decisions];
    }
  }

 private:
  /// Which of the three logits is the first that none exceeds, found without a branch: nobody could
  /// predict it.
  static Index largest(const T* logits) {
    const bool second = logits[0] < logits[1];
    const T larger = second ? logits[1] : logits[0];
    return larger < logits[2] ? 2 : Index{second};
  }
};

template <class T>
FoldedAgent<T> fold_agent(const PolicyNetwork<T>& agent) {
  FoldedAgent<T> folded{agent.config(), {}};
  const auto& layers = agent.linears().gate_fc;
  for (std::size_t i = 0; i < layers.size(); ++i)
    folded.layers.push_back(i < agent.norms().size()
                                ? fold_linear(layers[i], agent.norms()[i])
                                : fold_linear(layers[i].weight, layers[i].bias));
  return folded;
}

}  // namespace adafuse::infer
