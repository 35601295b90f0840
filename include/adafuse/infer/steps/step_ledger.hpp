// What sessions write into a ledger about the steps of a network.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/steps/ledger.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// Gives a new ledger a row for each step, and notes that so many frames are coming. Throws
/// ValueError for the ledger of another network.
template <class T>
void open_ledger(Ledger& ledger, const FoldedNetwork<T>& network, Index frames) {
  if (ledger.rows.empty())
    for (const auto& step : network.steps)
      ledger.rows.push_back(
          {.step = step.name, .policy = step.template as<FoldedDecision<T>>() != nullptr});
  require<ValueError>(ledger.rows.size() == network.steps.size(), "ledger: holds ",
                      ledger.rows.size(), " steps of another network than this of ",
                      network.steps.size());
  ledger.frames += frames;
}

/// Numbers in those maps of a value that exist.
inline double numbers_in(const FoldedValue& value, Index frames, ChannelLists channels) {
  Index maps = 0;
  for (Index f = 0; f < frames; ++f) maps += channel_count(channels, f, value.channels());
  return static_cast<double>(maps * value.pixels());
}

/// Numbers in the weights of a step.
template <class T>
double step_weights(const FoldedStep<T>& step) {
  Index numbers = 0;
  const auto add = [&](const FoldedLinear<T>& linear) { numbers += linear.in() * linear.out(); };
  if (const auto* conv = step.template as<FoldedConv<T>>())
    numbers += conv->weight.size() + (conv->has_shortcut() ? conv->shortcut.weight.size() : 0);
  if (const auto* linear = step.template as<FoldedLinear<T>>()) add(*linear);
  const auto add_lstm = [&](const FoldedLstm<T>& lstm) { add(lstm.input), add(lstm.recurrent); };
  if (const auto* lstm = step.template as<FoldedLstm<T>>()) add_lstm(*lstm);
  if (const auto* decision = step.template as<FoldedDecision<T>>(); decision && decision->agent) {
    if (decision->agent->memory) add_lstm(*decision->agent->memory);
    for (const auto& layer : decision->agent->layers) add(layer);
  }
  return static_cast<double>(numbers);
}

/// Numbers that a step reads and writes, each once: its weights, what exists of its inputs, what is
/// made of its output. `operand(value)` knows the lists of the frames.
template <class T, class Operands>
double numbers_moved(const FoldedNetwork<T>& network, const FoldedStep<T>& step, Index frames,
                     const Operands& operand) {
  double numbers = step_weights(step);
  for (const ValueId id : step.inputs)
    numbers += numbers_in(network.value(id), frames, operand(id).live);
  if (step.template as<FoldedDecision<T>>()) return numbers;
  const auto& out = network.value(step.output);
  const auto made = operand(step.output);
  return numbers + numbers_in(out, frames, out.wanted ? made.wanted : made.live);
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
