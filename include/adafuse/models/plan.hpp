// Plan: a network written down as steps, so that others can read what `forward` only does: the
// description, the cost, the folding of batch norms, the sessions that skip dead channels.
//
// Values are numbered; a step reads some and makes one. Shapes are those of one frame, [c, h, w]
// for maps and [c] for features. Steps hold handles to the model's parameters, and agents and
// recurrent networks by pointer: a plan is read while its model lives, wherever that moves.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/policy.hpp>
#include <adafuse/nn/nn.hpp>
#include <variant>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// The number of a value in a plan.
using ValueId = std::size_t;

/// A convolution.
template <class T>
struct ConvStep {
  Variable<T> weight, bias;  ///< [out, in/groups, kh, kw], [out] or undefined
  Conv2dOptions options;     ///< stride, padding, dilation, groups
};
/// A batch norm by its running statistics.
template <class T>
struct NormStep {
  Variable<T> weight, bias;             ///< [c]
  Tensor<T> running_mean, running_var;  ///< [c]
  double eps;                           ///< added to the variance
};
struct ReluStep {};
struct AddStep {};
struct ConcatStep {};  ///< channels of the inputs, one after the other
/// Max pooling.
struct MaxPoolStep {
  PoolOptions options;  ///< the window
};
/// Average pooling.
struct AvgPoolStep {
  PoolOptions options;  ///< the window
};
struct GlobalPoolStep {};
/// The temporal shift: the first `fold` channels come from the next frame, as many from the
/// previous.
struct ShiftStep {
  Index fold;  ///< how many channels move each way
};
/// y = x W^T + b.
template <class T>
struct LinearStep {
  Variable<T> weight, bias;  ///< [out, in], [out]
};
/// Decisions on `channels` channels, from the maps that are its input; its value is [channels, 3].
template <class T>
struct AgentStep {
  std::string block;              ///< the name that decisions carry
  const PolicyNetwork<T>* agent;  ///< null: decisions are given from outside
  Index channels;                 ///< c' of the maps that are decided on
};
/// The fusion of inputs {maps, decisions}.
struct FuseStep {
  std::string block;  ///< whose decisions these are
};
/// The recurrent network over the frames' features.
template <class T>
struct LstmStep {
  const nn::Lstm<T>* lstm;  ///< the model's own
};
/// The clip's logits from the frames': their average, or those of the last frame.
struct ConsensusStep {
  bool last = false;  ///< those of the last frame, not the average
};

/// All that a step of a network may do.
template <class T>
using StepOperation =
    std::variant<ConvStep<T>, NormStep<T>, ReluStep, AddStep, ConcatStep, MaxPoolStep, AvgPoolStep,
                 GlobalPoolStep, ShiftStep, LinearStep<T>, AgentStep<T>, FuseStep, LstmStep<T>,
                 ConsensusStep>;

/// One step, whose operation is one of a variant: it reads values and makes one.
template <class Operations>
struct StepOf {
  std::string name;             ///< "layer1.0.conv1"
  Operations operation;         ///< what is done
  std::vector<ValueId> inputs;  ///< what it reads
  ValueId output;               ///< what it makes
  double macs = 0;              ///< multiply-accumulates of one frame, nothing skipped

  template <class Operation>
  const Operation* as() const {
    return std::get_if<Operation>(&operation);
  }
};

/// A step of a plan.
template <class T>
using Step = StepOf<StepOperation<T>>;

/// A network as steps.
template <class T>
struct Plan {
  std::vector<Step<T>> steps;  ///< in the order in which they run
  std::vector<Shape> values;   ///< the shape of each value, for one frame
  ValueId input = 0;           ///< the picture, [3, h, w]

  ValueId output() const { return steps.back().output; }

  /// Multiply-accumulates of convolutions and linears, one frame, agents included.
  double macs() const {
    double total = 0;
    for (const auto& step : steps) total += step.macs;
    return total;
  }
  /// Of the agents alone.
  double agent_macs() const {
    double total = 0;
    for (const auto& step : steps)
      if (step.template as<AgentStep<T>>()) total += step.macs;
    return total;
  }
  /// The network without its agents: what fractions are counted against.
  double dense_macs() const { return macs() - agent_macs(); }
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
