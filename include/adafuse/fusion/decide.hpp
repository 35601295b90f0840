// decide: the one place where a block gets its decisions, sampled, chosen or given.
//
// In training the agent's logits are sampled by the hard Gumbel-softmax; at evaluation the largest
// logit wins. A source in the context takes the agent's place.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/context.hpp>
#include <adafuse/fusion/gumbel.hpp>
#include <adafuse/fusion/policy.hpp>

namespace adafuse {

/// What a block decided for each frame and channel.
template <class T>
struct Decision {
  std::string block;
  Variable<T> weights;  ///< [N*T, c', 3] in the order skip, reuse, keep: one-hot, or soft
  Variable<T> logits;   ///< [N*T, c', 3], the agent's own; undefined without an agent

  /// The actions that were taken, [N*T, c'].
  Tensor<std::uint8_t> actions() const { return chosen_actions(weights.value()); }
};

/// Decisions over `channels` channels of the maps that `block` computes from `x` [N*T, c, h, w].
/// Throws ValueError when there is neither an agent nor a source that decides, ShapeError when what
/// the source returns is not [N*T, c'].
template <class T>
Decision<T> decide(const std::string& block, const std::optional<PolicyNetwork<T>>& agent,
                   const Variable<T>& x, Index channels, Index frames, AdaptiveContext<T>& ctx) {
  Decision<T> decision{.block = block, .weights = {}, .logits = {}};
  if (agent) decision.logits = agent->forward(x, frames, ctx);
  if (ctx.decisions)
    if (const auto given = ctx.decisions({block, x.value(), frames, channels}); given.defined()) {
      const Shape expected{x.size(0), channels};
      require<ShapeError>(given.shape() == expected, block, ": decisions expected ", expected,
                          ", got ", given.shape());
      decision.weights = one_hot_actions<T>(given);
      return decision;
    }
  require<ValueError>(agent.has_value(), block,
                      ": has no agent; the context must say which channels to keep");
  if (ctx.training || ctx.sample)
    decision.weights =
        gumbel_softmax(decision.logits, ctx.next_key(), {.temperature = ctx.temperature});
  else
    decision.weights = one_hot_actions<T>(chosen_actions(decision.logits.value()));
  return decision;
}

}  // namespace adafuse
