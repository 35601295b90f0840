// Where the values of a network lie while clips run through it: in one block of memory, which is
// taken once. A fusion of one part works in place, and so does a convolution on a residual that
// nobody reads after it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/steps/memory_plan.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// Places in one block of memory.
struct ClipLayout {
  std::vector<ValueId> home;   ///< the value whose place each value uses
  std::vector<Index> offsets;  ///< of each home
  Index scratch = 0;           ///< where the room for steps to work in begins
  Index total = 0;             ///< numbers in all
};

namespace detail {

/// Numbers that a step needs to work with.
template <class T>
Index scratch_of(const FoldedStep<T>& step, Index frames) {
  if (const auto* decision = step.template as<FoldedDecision<T>>(); decision && decision->agent) {
    const FoldedAgent<T>& agent = *decision->agent;
    return frames * (agent.room() + 2 * agent.config.in_channels) +
           (agent.memory ? agent.memory->room() : 0);
  }
  if (const auto* lstm = step.template as<FoldedLstm<T>>()) return lstm->room();
  return 0;
}

}  // namespace detail

/// The layout for `frames` frames, of all clips that run together.
template <class T>
ClipLayout plan_clips(const FoldedNetwork<T>& network, Index frames) {
  const std::size_t count = network.values.size();
  std::vector<std::size_t> last_use(count, 0);
  for (std::size_t i = 0; i < network.steps.size(); ++i)
    for (const ValueId id : network.steps[i].inputs) last_use[id] = i;

  ClipLayout layout{std::vector<ValueId>(count), {}, 0, 0};
  std::iota(layout.home.begin(), layout.home.end(), ValueId{0});
  std::vector<Lifetime> lifetimes(count);
  Index scratch = 0;
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    const auto& step = network.steps[i];
    const bool in_place = step.template as<FoldedFuse>() && step.inputs.size() == 1;
    const auto* conv = step.template as<FoldedConv<T>>();
    const bool onto_residual = conv && !conv->has_shortcut() && step.inputs.size() == 2 &&
                               last_use[step.inputs[1]] == i && step.inputs[1] != network.input;
    if (in_place || onto_residual) layout.home[step.output] = layout.home[step.inputs.back()];
    Lifetime& life = lifetimes[layout.home[step.output]];
    if (layout.home[step.output] == step.output)
      life = {frames * network.value(step.output).shape.size(), i, i};
    life.last = std::max({life.last, i, last_use[step.output]});
    scratch = std::max(scratch, detail::scratch_of(step, frames));
  }
  const MemoryPlan plan = plan_memory(lifetimes);
  layout.offsets = plan.offsets;
  layout.scratch = plan.total;
  layout.total = plan.total + scratch;
  return layout;
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
