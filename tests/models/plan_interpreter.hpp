// The plan of a network, run step by step with the ops: what a plan says, a second time.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/fuse.hpp>
#include <adafuse/models/plan.hpp>
#include <adafuse/video/consensus.hpp>
#include <adafuse/video/temporal_shift.hpp>

namespace adafuse::models {

/// Decisions by block, [N*T, c].
using Actions = std::map<std::string, Tensor<std::uint8_t>>;

template <class T>
class PlanInterpreter {
 public:
  /// Blocks without given actions ask their agents.
  PlanInterpreter(const Plan<T>& plan, Actions given) : plan_(plan), given_(std::move(given)) {}

  /// clip: [N, T, 3, h, w]. Every value of the plan, folded to [N*T, ...]; the last is [N,
  /// classes].
  std::vector<Variable<T>> run(const Tensor<T>& clip) const {
    const NoGrad guard;
    frames_ = clip.size(1);
    std::vector<Variable<T>> values(plan_.values.size());
    values[plan_.input] = fold_time(Variable<T>(clip));
    for (const auto& step : plan_.steps) {
      std::vector<Variable<T>> in;
      for (const ValueId id : step.inputs) in.push_back(values[id]);
      values[step.output] =
          std::visit([&](const auto& operation) { return apply(operation, in); }, step.operation);
    }
    return values;
  }

 private:
  using Inputs = std::vector<Variable<T>>;

  Variable<T> apply(const ConvStep<T>& s, const Inputs& in) const {
    return conv2d(in[0], s.weight, s.bias, s.options);
  }
  Variable<T> apply(const NormStep<T>& s, const Inputs& in) const {
    return batch_norm(in[0], s.weight, s.bias, s.running_mean, s.running_var, s.eps);
  }
  Variable<T> apply(const ReluStep&, const Inputs& in) const { return relu(in[0]); }
  Variable<T> apply(const AddStep&, const Inputs& in) const { return in[0] + in[1]; }
  Variable<T> apply(const ConcatStep&, const Inputs& in) const { return cat(in, 1); }
  Variable<T> apply(const MaxPoolStep& s, const Inputs& in) const {
    return max_pool2d(in[0], s.options);
  }
  Variable<T> apply(const AvgPoolStep& s, const Inputs& in) const {
    return avg_pool2d(in[0], s.options);
  }
  Variable<T> apply(const GlobalPoolStep&, const Inputs& in) const {
    return global_avg_pool(in[0]);
  }
  Variable<T> apply(const ShiftStep& s, const Inputs& in) const {
    return temporal_shift(in[0], frames_, s.fold);
  }
  Variable<T> apply(const LinearStep<T>& s, const Inputs& in) const {
    return linear(in[0], s.weight, s.bias);
  }
  Variable<T> apply(const AgentStep<T>& s, const Inputs& in) const {
    if (const auto found = given_.find(s.block); found != given_.end())
      return one_hot_actions<T>(found->second);
    nn::Context<T> ctx;
    return one_hot_actions<T>(chosen_actions(s.agent->forward(in[0], frames_, ctx).value()));
  }
  Variable<T> apply(const FuseStep&, const Inputs& in) const {
    return fuse_composed(in[0], in[1], frames_);
  }
  Variable<T> apply(const LstmStep<T>& s, const Inputs& in) const {
    return fold_time(s.lstm->forward(unfold_time(in[0], frames_)).all);
  }
  Variable<T> apply(const ConsensusStep& s, const Inputs& in) const {
    return s.last ? last_frame(in[0], frames_) : average_consensus(in[0], frames_);
  }

  const Plan<T>& plan_;
  Actions given_;
  mutable Index frames_ = 0;
};

}  // namespace adafuse::models
