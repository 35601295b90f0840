// What decisions save, read off a plan: for the loss, channel by channel; for the report, exactly.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/models/plan.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

namespace detail {

/// Calls `found(conv step, first channel)` for the convolutions whose outputs become the maps
/// `value`, through norms, activations and concatenations; `first` is where their channels start in
/// it.
template <class T, class Found>
void convolutions_above(const Plan<T>& plan, ValueId value, Index first, const Found& found) {
  for (const auto& step : plan.steps) {
    if (step.output != value) continue;
    if (step.template as<ConvStep<T>>()) {
      found(step, first);
    } else if (step.template as<NormStep<T>>() || step.template as<ReluStep>()) {
      convolutions_above(plan, step.inputs[0], first, found);
    } else if (step.template as<ConcatStep>()) {
      for (ValueId part : step.inputs) {
        convolutions_above(plan, part, first, found);
        first += plan.values[part][0];
      }
    }
  }
}

/// Calls `found(conv step)` for the convolutions that read the maps `value`, directly or through
/// poolings and shifts, which keep a zero channel zero.
template <class T, class Found>
void convolutions_below(const Plan<T>& plan, ValueId value, const Found& found) {
  for (const auto& step : plan.steps) {
    if (std::find(step.inputs.begin(), step.inputs.end(), value) == step.inputs.end()) continue;
    if (step.template as<ConvStep<T>>())
      found(step);
    else if (step.template as<AvgPoolStep>() || step.template as<MaxPoolStep>() ||
             step.template as<ShiftStep>())
      convolutions_below(plan, step.output, found);
  }
}

}  // namespace detail

/// For every block with decisions, what each channel costs above the fusion and below it.
template <class T>
std::vector<ChannelCosts> channel_costs(const Plan<T>& plan) {
  std::vector<ChannelCosts> result;
  for (const auto& step : plan.steps) {
    const auto* fused = step.template as<FuseStep>();
    if (!fused) continue;
    const auto channels = static_cast<std::size_t>(plan.values[step.output][0]);
    ChannelCosts costs{fused->block, std::vector<double>(channels), std::vector<double>(channels)};
    detail::convolutions_above(plan, step.inputs[0], 0, [&](const Step<T>& conv, Index first) {
      const Index own = plan.values[conv.output][0];
      for (Index i = 0; i < own; ++i)
        costs.up[static_cast<std::size_t>(first + i)] += conv.macs / static_cast<double>(own);
    });
    detail::convolutions_below(plan, step.output, [&](const Step<T>& conv) {
      for (double& down : costs.down) down += conv.macs / static_cast<double>(channels);
    });
    result.push_back(std::move(costs));
  }
  return result;
}

/// Which channels of each value are not known to be zero, and which of a convolution are computed,
/// worked out by walking the plan with decisions in hand.
template <class T>
class RunCount {
 public:
  /// actions: [N*T, c] for each block with decisions. T = `frames`.
  RunCount(const Plan<T>& plan, const std::map<std::string, Tensor<std::uint8_t>>& actions,
           Index frames)
      : plan_(plan), live_(plan.values.size()), computed_(plan.values.size()), frames_(frames) {
    for (const auto& step : plan.steps)
      if (const auto* fused = step.template as<FuseStep>()) {
        const auto found = actions.find(fused->block);
        require<ValueError>(found != actions.end(), "run_macs: no decisions for ", fused->block);
        demands_[fused->block] = demand(found->second, frames);
        mark_computed(step.inputs[0], demands_[fused->block].computed);
      }
    for (const auto& step : plan.steps) step_live(step);
  }

  /// Multiply-accumulates of one step, summed over the frames that the decisions were made for.
  double macs(const Step<T>& step, Index total_frames) const {
    const auto* conv = step.template as<ConvStep<T>>();
    if (!conv) return step.macs * static_cast<double>(total_frames);
    const auto& in = live_[step.inputs[0]];
    const auto& out = computed_[step.output];
    const double inputs = static_cast<double>(plan_.values[step.inputs[0]][0]);
    const double outputs = static_cast<double>(plan_.values[step.output][0]);
    double share = 0;
    for (Index f = 0; f < total_frames; ++f)
      share += (in.defined() ? count(in, f) / inputs : 1) *
               (out.defined() ? count(out, f) / outputs : 1);
    return step.macs * share;
  }

 private:
  using Flags = Tensor<std::uint8_t>;  // [N*T, c]; undefined: all

  static double count(const Flags& flags, Index frame) {
    double n = 0;
    for (std::uint8_t flag : flags[frame]) n += flag;
    return n;
  }

  void mark_computed(ValueId maps, const Flags& wanted) {
    detail::convolutions_above(plan_, maps, 0, [&](const Step<T>& conv, Index first) {
      const Index own = plan_.values[conv.output][0];
      computed_[conv.output] = contiguous(wanted.view<2>().slice(1, first, first + own));
    });
  }

  void step_live(const Step<T>& step) {
    const Flags* in = step.inputs.empty() ? nullptr : &live_[step.inputs[0]];
    Flags& out = live_[step.output];
    if (const auto* fused = step.template as<FuseStep>())
      out = demands_.at(fused->block).live;
    else if (step.template as<AvgPoolStep>() || step.template as<MaxPoolStep>())
      out = *in;
    else if (const auto* shift = step.template as<ShiftStep>(); shift && in->defined())
      out = shifted(*in, shift->fold);
  }

  Flags shifted(const Flags& in, Index fold) const {
    Flags out(in.shape());
    for (Index f = 0; f < in.size(0); ++f)
      for (Index c = 0; c < in.size(1); ++c) {
        const Index offset = c < fold ? 1 : c < 2 * fold ? -1 : 0;
        const Index from = f % frames_ + offset;
        out(f, c) = from >= 0 && from < frames_ ? in(f + offset, c) : std::uint8_t{0};
      }
    return out;
  }

  const Plan<T>& plan_;
  std::vector<Flags> live_, computed_;
  std::map<std::string, Demand> demands_;
  Index frames_;
};

/// The multiply-accumulates, agents included, that a run under these decisions does: what `demand`
/// asks for and not more. `total_frames` = N*T is the sum's range.
template <class T>
double run_macs(const Plan<T>& plan, const std::map<std::string, Tensor<std::uint8_t>>& actions,
                Index frames, Index total_frames) {
  for (const auto& [block, taken] : actions)
    require<ShapeError>(taken.size(0) == total_frames, "run_macs: decisions of ", block,
                        " are for ", taken.size(0), " frames, expected ", total_frames);
  const RunCount<T> count(plan, actions, frames);
  double total = 0;
  for (const auto& step : plan.steps) total += count.macs(step, total_frames);
  return total;
}

}  // namespace adafuse::models::inline ADAFUSE_SIMD
