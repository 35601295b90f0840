// How a stream keeps the values of a network: how many frames of each, how far each runs behind the
// camera, and where it lies.
//
// A temporal shift that waits for the next frame puts all that follows it one frame behind; who
// adds up two values reads the one that is ahead as it was. So a value is a ring of its last
// frames:
//
//   a shift reads its input at t - 1, t, t + 1
//   what a block decides about may be computed late, from its input at t - 1
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/steps/memory_plan.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What a stream does where a model looks at the next frame (TSM).
enum class Future {
  refuse,  ///< an error
  wait,    ///< Each shift waits for it: exact, and one frame behind for each.
  zero,    ///< There is none, as at the end of a clip: another function, without delay.
};

/// Frames that are kept, and how late each value is.
struct StreamLayout {
  std::vector<Index> lag;      ///< of each value: how many frames it runs behind the input
  std::vector<ValueId> home;   ///< the value that it is a part of, or itself
  std::vector<Index> first;    ///< where it begins in its home, in numbers
  std::vector<Index> frames;   ///< of each home: how many frames are kept
  std::vector<Index> offsets;  ///< of each home: where its ring begins
  Index total = 0;             ///< numbers in all
};

namespace detail {

template <class T>
bool reads_the_past(const FoldedNetwork<T>& network, const FoldedStep<T>& step) {
  return step.template as<FoldedShift>() || network.value(step.output).wanted;
}

/// Parts lie side by side where they will be read together: nothing is left to concatenate.
template <class T>
void house_parts(const FoldedNetwork<T>& network, StreamLayout& layout) {
  for (const auto& step : network.steps) {
    if (!step.template as<FoldedFuse>() && !step.template as<FoldedConcat>()) continue;
    Index first = 0;
    for (const ValueId part : step.inputs) {
      layout.home[part] = step.output;
      layout.first[part] = first;
      first += network.value(part).shape.size();
    }
  }
}

}  // namespace detail

/// Throws ValueError when the network needs the future and `future` is `refuse`.
template <class T>
StreamLayout plan_stream(const FoldedNetwork<T>& network, Future future) {
  const std::size_t count = network.values.size();
  StreamLayout layout{std::vector<Index>(count),    std::vector<ValueId>(count),
                      std::vector<Index>(count),    std::vector<Index>(count, 1),
                      std::vector<Index>(count, 0), 0};
  std::iota(layout.home.begin(), layout.home.end(), ValueId{0});
  detail::house_parts(network, layout);

  for (const auto& step : network.steps) {
    Index& lag = layout.lag[step.output];
    for (const ValueId id : step.inputs) lag = std::max(lag, layout.lag[id]);
    if (!step.template as<FoldedShift>()) continue;
    require<ValueError>(future != Future::refuse, "stream: ", step.name,
                        " looks at the next frame; let it wait for it, or do without");
    lag += future == Future::wait;
  }
  for (const auto& step : network.steps)
    for (const ValueId id : step.inputs) {
      const Index behind = layout.lag[step.output] - layout.lag[id];
      const Index past = detail::reads_the_past(network, step) ? 1 : 0;
      Index& frames = layout.frames[layout.home[id]];
      frames = std::max(frames, 1 + behind + past);
      require<ValueError>(layout.home[id] != step.output || behind == 0, "stream: ", step.name,
                          " joins maps of different frames");
    }

  // What is kept from frame to frame has a place of its own; the rest shares.
  std::vector<Lifetime> lifetimes(count);
  const std::size_t end = network.steps.size();
  const auto born = [&](ValueId id, std::size_t at) {
    Lifetime& life = lifetimes[layout.home[id]];
    const Index size = network.value(layout.home[id]).shape.size() * layout.frames[layout.home[id]];
    if (life.size == 0) life = {size, at, at};
  };
  born(network.input, 0);
  for (std::size_t i = 0; i < end; ++i) {
    const auto& step = network.steps[i];
    if (step.template as<FoldedDecision<T>>()) continue;
    born(step.output, i);
    lifetimes[layout.home[step.output]].last = i;
    for (const ValueId id : step.inputs) lifetimes[layout.home[id]].last = i;
  }
  for (const auto& step : network.steps)
    if (step.template as<FoldedFuse>() || layout.frames[layout.home[step.output]] > 1)
      lifetimes[layout.home[step.output]].first = 0, lifetimes[layout.home[step.output]].last = end;
  if (layout.frames[network.input] > 1) lifetimes[network.input].last = end;
  const MemoryPlan plan = plan_memory(lifetimes);
  layout.offsets = plan.offsets;
  layout.total = plan.total;
  return layout;
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
