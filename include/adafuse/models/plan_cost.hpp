// What decisions save, read off a plan: for the loss, channel by channel; for the report, exactly.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/models/conv_macs.hpp>
#include <adafuse/models/zero_channels.hpp>
#include <adafuse/video/temporal_shift.hpp>
#include <map>
#include <numeric>

namespace adafuse::models::inline ADAFUSE_SIMD {

namespace detail {

/// What a convolution of the plan costs.
template <class T>
ConvMacs conv_macs(const Plan<T>& plan, const Step<T>& step) {
  const auto& conv = *step.template as<ConvStep<T>>();
  const Shape& in = plan.values[step.inputs[0]];
  const auto g = conv2d_geometry({1, in[0], in[1], in[2]}, conv.weight.shape(), conv.options);
  return {g, conv.bias.defined() ? 1 : 0};
}

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

/// Calls `found(conv step)` for the convolutions that need not read a channel of the maps `value`
/// that is zero: they read it directly, or through steps that keep it zero.
template <class T, class Found>
void convolutions_below(const Plan<T>& plan, ValueId value, const Found& found) {
  for (const auto& step : plan.steps) {
    if (std::find(step.inputs.begin(), step.inputs.end(), value) == step.inputs.end()) continue;
    if (step.template as<ConvStep<T>>())
      found(step);
    else if (zero_channel_of(step) != ZeroChannel::lost)
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
      const double macs = detail::conv_macs(plan, conv).per_output();
      const Index own = plan.values[conv.output][0];
      for (Index i = 0; i < own; ++i) costs.up[static_cast<std::size_t>(first + i)] += macs;
    });
    detail::convolutions_below(plan, step.output, [&](const Step<T>& conv) {
      const double macs = detail::conv_macs(plan, conv).per_input();
      for (double& down : costs.down) down += macs;
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
    if (!step.template as<ConvStep<T>>()) return step.macs * static_cast<double>(total_frames);
    const ConvMacs conv = detail::conv_macs(plan_, step);
    const Flags &live = live_[step.inputs[0]], &computed = computed_[step.output];
    double total = 0;
    for (Index f = 0; f < total_frames; ++f)
      total += conv.run([&](Index first, Index count) { return set(live, f, first, count); },
                        [&](Index first, Index count) { return set(computed, f, first, count); });
    return total;
  }

 private:
  using Flags = Tensor<std::uint8_t>;  // [N*T, c]; undefined: all

  /// How many of `count` channels of a frame are set, from `first` on.
  static Index set(const Flags& flags, Index frame, Index first, Index count) {
    if (!flags.defined()) return count;
    const std::uint8_t* const begin = flags.data() + frame * flags.size(1) + first;
    return std::accumulate(begin, begin + count, Index{0});
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
    if (const auto* fused = step.template as<FuseStep>()) {
      out = demands_.at(fused->block).live;
      return;
    }
    switch (zero_channel_of(step)) {
      case ZeroChannel::lost:
        break;
      case ZeroChannel::kept:
        out = *in;
        break;
      case ZeroChannel::moved:
        if (in->defined()) out = shifted(*in, step.template as<ShiftStep>()->fold);
        break;
    }
  }

  Flags shifted(const Flags& in, Index fold) const {
    Flags out(in.shape());
    for (Index f = 0; f < in.size(0); ++f)
      for (Index c = 0; c < in.size(1); ++c) {
        const Index offset = shift_offset(c, fold);
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
