// PlanBuilder: a block writes its plan with the same words in the same order as its forward.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/conv_macs.hpp>
#include <adafuse/models/plan.hpp>
#include <adafuse/video/temporal_shift.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

template <class T>
class PlanBuilder {
 public:
  /// Starts with pictures of this shape, [3, h, w].
  explicit PlanBuilder(const Shape& picture) { plan_.values.push_back(picture); }

  /// The picture.
  ValueId input() const { return plan_.input; }
  /// The shape of a value, for one frame.
  const Shape& shape(ValueId value) const { return plan_.values[value]; }

  /// Puts `name` and a dot before all names until the end of the scope.
  class Scope {
   public:
    /// Begins the scope.
    Scope(PlanBuilder& builder, const std::string& name)
        : builder_(builder), outer_(std::exchange(builder.prefix_, builder.prefix_ + name + ".")) {}
    ~Scope() { builder_.prefix_ = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    PlanBuilder& builder_;
    std::string outer_;
  };

  /// Adds a convolution of x.
  ValueId conv(const std::string& name, const nn::Conv2d<T>& layer, ValueId x) {
    const Shape& in = shape(x);
    const auto g = conv2d_geometry({1, in[0], in[1], in[2]}, layer.weight.shape(), layer.options());
    return add(name, ConvStep<T>{layer.weight, layer.bias, layer.options()}, {x},
               {g.out_channels, g.out_height(), g.out_width()},
               ConvMacs(g, layer.bias.defined() ? 1 : 0).all());
  }

  /// Adds a batch norm of x.
  ValueId norm(const std::string& name, const nn::BatchNorm2d<T>& layer, ValueId x) {
    return add(name,
               NormStep<T>{layer.weight, layer.bias, layer.running_mean, layer.running_var,
                           layer.config().eps},
               {x}, shape(x));
  }

  ValueId relu(ValueId x) { return add("relu", ReluStep{}, {x}, shape(x)); }
  ValueId add(ValueId a, ValueId b) { return add("add", AddStep{}, {a, b}, shape(a)); }

  /// Adds a concatenation of channels.
  ValueId concat(const std::vector<ValueId>& parts) {
    Index channels = 0;
    for (ValueId part : parts) channels += shape(part)[0];
    return add("concat", ConcatStep{}, parts, shape(parts.front()).with(0, channels));
  }

  ValueId max_pool(const std::string& name, const PoolOptions& options, ValueId x) {
    return add(name, MaxPoolStep{options}, {x}, pooled(options, shape(x)));
  }
  /// Throws ValueError for a divisor_override: sessions divide by the counts.
  ValueId avg_pool(const std::string& name, const PoolOptions& options, ValueId x) {
    require<ValueError>(!options.divisor_override, "plan: avg_pool '", name,
                        "' has a divisor_override");
    return add(name, AvgPoolStep{options}, {x}, pooled(options, shape(x)));
  }
  ValueId global_pool(ValueId x) {
    return add("global_avg_pool", GlobalPoolStep{}, {x}, {shape(x)[0]});
  }

  ValueId shift(ValueId x) {
    return add("temporal_shift", ShiftStep{shift_fold(shape(x)[0])}, {x}, shape(x));
  }

  /// Adds a linear of x.
  ValueId linear(const std::string& name, const nn::Linear<T>& layer, ValueId x) {
    return add(name, LinearStep<T>{layer.weight, layer.bias}, {x}, {layer.config().out},
               static_cast<double>(layer.weight.size()));
  }

  /// The decisions of `block` on `channels` channels, made from the maps `x`.
  ValueId decide(const std::string& block, const std::optional<PolicyNetwork<T>>& agent, ValueId x,
                 Index channels, const std::string& name = "policy_net") {
    return add(name, AgentStep<T>{block, agent ? &*agent : nullptr, channels}, {x},
               {channels, action_count}, agent ? agent->macs() : 0);
  }
  ValueId fuse(const std::string& block, ValueId maps, ValueId decisions) {
    return add("fuse", FuseStep{block}, {maps, decisions}, shape(maps));
  }

  /// Adds an LSTM over the frames' features x.
  ValueId lstm(const std::string& name, const nn::Lstm<T>& layer, ValueId x) {
    require<ValueError>(layer.config().num_layers == 1 && !layer.config().bidirectional, name,
                        ": a plan's LSTM has one layer and one direction");
    return add(name, LstmStep<T>{&layer}, {x}, {layer.config().hidden}, layer.cell().macs());
  }
  ValueId consensus(ValueId logits, bool last) {
    return add("consensus", ConsensusStep{last}, {logits}, shape(logits));
  }

  /// The plan; the builder is empty afterwards.
  Plan<T> take() { return std::move(plan_); }

 private:
  ValueId add(const std::string& name, StepOperation<T> operation, std::vector<ValueId> inputs,
              Shape output, double macs = 0) {
    const ValueId id = plan_.values.size();
    plan_.values.push_back(output);
    plan_.steps.push_back({prefix_ + name, std::move(operation), std::move(inputs), id, macs});
    return id;
  }

  static Shape pooled(const PoolOptions& options, const Shape& in) {
    const auto g = pool2d_geometry("pool2d", {1, in[0], in[1], in[2]}, options);
    return {in[0], g.height.out(), g.width.out()};
  }

  Plan<T> plan_;
  std::string prefix_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
