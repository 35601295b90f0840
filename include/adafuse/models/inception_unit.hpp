// The inception unit: four branches over one input, concatenated; decisions fall on the whole
// (Ioffe and Szegedy, 2015; the paper, appendix).
//
//   x -> [shift] -> 1x1                               |
//                -> 3x3_reduce -> 3x3                 |
//                -> double_3x3_reduce -> _1 -> _2     | -> concat -> [fuse]
//                -> pool -> pool_proj                 |
//
// A unit that halves the map has no 1x1 branch, strides in the last convolutions and a max pool
// without projection.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/decide.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <adafuse/models/model_config.hpp>
#include <adafuse/models/plan_builder.hpp>
#include <adafuse/models/residual_block.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// A convolution with a bias, its batch norm and ReLU, as checkpoints of this network name them:
/// `<name>` and `<name>_bn`.
template <class T>
class ConvNormRelu {
 public:
  /// A convolution and a norm with weights from `key`, and their names in files.
  ConvNormRelu(std::string name, nn::Conv2dConfig config, Key key)
      : name_(std::move(name)),
        conv_(with_bias(config), key.of(name_)),
        norm_({.channels = config.out, .eps = 1e-5, .momentum = 0.9}) {}

  /// ReLU of the normalised convolution of x.
  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    return norm_.forward_relu(conv_(x), ctx);
  }
  /// The same as steps of a plan.
  ValueId plan(PlanBuilder<T>& b, ValueId x) const {
    return b.relu(b.norm(name_ + "_bn", norm_, b.conv(name_, conv_, x)));
  }
  void visit(nn::Visitor<T>& v) const { v(name_, conv_), v(name_ + "_bn", norm_); }
  /// How much each channel answers to each of the input (see magnitude.hpp), [out, in].
  Tensor<T> gains() const { return channel_gains(conv_, norm_); }

 private:
  static nn::Conv2dConfig with_bias(nn::Conv2dConfig config) {
    config.bias = true;
    return config;
  }

  std::string name_;
  nn::Conv2d<T> conv_;
  nn::BatchNorm2d<T> norm_;
};

/// One row of the network's table. Sizes are channels; 0 leaves a branch or a projection out.
struct InceptionUnitConfig {
  std::string unit;                           ///< "3a"
  Index stage = 0;                            ///< 3
  Index in = 0;                               ///< channels that come in
  Index one = 0;                              ///< 1x1
  Index three_reduce = 0, three = 0;          ///< 3x3
  Index double_reduce = 0, double_three = 0;  ///< double 3x3
  bool max_pool = false;                      ///< else the average
  Index projection = 0;                       ///< 1x1 behind the pool; 0: there is none
  bool halves = false;                        ///< stride 2

  Index out() const { return one + three + double_three + (projection > 0 ? projection : in); }
  /// "inception_3a" of unit 3a.
  std::string name() const { return "inception_" + unit; }
  BlockPlace place() const { return {name(), stage}; }
};

/// Four branches over one input, concatenated; decisions fall on the whole.
template <class T>
class InceptionUnit {
 public:
  /// A unit with weights from `key`; without an agent it decides nothing.
  InceptionUnit(const InceptionUnitConfig& config, const Fusion& fusion,
                std::optional<PolicyNetwork<T>> agent, Key key)
      : config_(config), fusion_(fusion), policy_net_(std::move(agent)) {
    const std::string name = config.name();
    const Index stride = config.halves ? 2 : 1;
    const auto conv = [&](const std::string& layer, Index in, Index out, Index kernel, Index step) {
      return ConvNormRelu<T>(
          name + layer,
          {.in = in, .out = out, .kernel = kernel, .stride = step, .padding = kernel / 2}, key);
    };
    const Index in = config.in;
    if (config.one > 0) branches_.emplace_back().push_back(conv("_1x1", in, config.one, 1, 1));
    auto& three = branches_.emplace_back();
    three.push_back(conv("_3x3_reduce", in, config.three_reduce, 1, 1));
    three.push_back(conv("_3x3", config.three_reduce, config.three, 3, stride));
    auto& twice = branches_.emplace_back();
    twice.push_back(conv("_double_3x3_reduce", in, config.double_reduce, 1, 1));
    twice.push_back(conv("_double_3x3_1", config.double_reduce, config.double_three, 3, 1));
    twice.push_back(conv("_double_3x3_2", config.double_three, config.double_three, 3, stride));
    if (config.projection > 0) projection_.emplace(conv("_pool_proj", in, config.projection, 1, 1));
  }

  /// x: [N*T, in, h, w], T = `frames`. Maps [N*T, out, h', w'].
  BlockOutput<T> forward(const Variable<T>& x, Index frames, AdaptiveContext<T>& ctx) const {
    BlockOutput<T> out;
    const auto in = fusion_.shift ? temporal_shift(x, frames, shift_fold(config_.in)) : x;
    if (fusion_.adaptive)
      out.decisions.push_back(decide<T>(config_.name(), policy_net_, in, config_.out(), frames, ctx,
                                        [this] { return gains(); }));
    std::vector<Variable<T>> parts;
    for (const auto& branch : branches_) {
      auto y = in;
      for (const auto& layer : branch) y = layer.forward(y, ctx);
      parts.push_back(y);
    }
    const auto pooled = config_.max_pool ? max_pool2d(in, pool()) : avg_pool2d(in, pool());
    parts.push_back(projection_ ? projection_->forward(pooled, ctx) : pooled);
    out.maps = cat(parts, 1);
    if (fusion_.adaptive)
      out.maps = fuse(out.maps, out.decisions.front().weights, frames, {ctx.detach_history});
    return out;
  }

  /// The same as steps of a plan.
  ValueId plan(PlanBuilder<T>& b, ValueId x) const {
    const ValueId in = fusion_.shift ? b.shift(x) : x;
    ValueId decisions = 0;
    if (fusion_.adaptive)
      decisions =
          b.decide(config_.name(), policy_net_, in, config_.out(), "policy_net_" + config_.unit);
    std::vector<ValueId> parts;
    for (const auto& branch : branches_) {
      ValueId y = in;
      for (const auto& layer : branch) y = layer.plan(b, y);
      parts.push_back(y);
    }
    const std::string name = config_.name() + "_pool";
    const ValueId pooled =
        config_.max_pool ? b.max_pool(name, pool(), in) : b.avg_pool(name, pool(), in);
    parts.push_back(projection_ ? projection_->plan(b, pooled) : pooled);
    const ValueId maps = b.concat(parts);
    return fusion_.adaptive ? b.fuse(config_.name(), maps, decisions) : maps;
  }

  void visit(nn::Visitor<T>& v) const {
    for (const auto& branch : branches_)
      for (const auto& layer : branch) layer.visit(v);
    if (projection_) projection_->visit(v);
    if (policy_net_) v("policy_net_" + config_.unit, *policy_net_);
  }

  const InceptionUnitConfig& config() const { return config_; }

 private:
  PoolOptions pool() const {
    return {.kernel = 3,
            .stride = config_.halves ? 2 : 1,
            .padding = config_.halves ? 0 : 1,
            .ceil_mode = true};
  }

  /// The gains of the branches, one below the other: each is the product of its layers', for a
  /// bound on what goes in gives one on what comes out. A pooling hands on what it reads.
  Tensor<T> gains() const {
    Tensor<T> all({config_.out(), config_.in});
    Index row = 0;
    const auto put = [&](const Tensor<T>& branch) {
      for (Index i = 0; i < branch.size(0); ++i) all[row++].copy_from(branch[i]);
    };
    for (const auto& branch : branches_) {
      Tensor<T> product = branch.front().gains();
      for (std::size_t i = 1; i < branch.size(); ++i)
        product = matmul(branch[i].gains(), product).value();
      put(product);
    }
    if (projection_) {
      put(projection_->gains());
    } else {
      Tensor<T> same({config_.in, config_.in});
      for (Index i = 0; i < config_.in; ++i) same(i, i) = 1;
      put(same);
    }
    return all;
  }

  InceptionUnitConfig config_;
  Fusion fusion_;
  std::vector<std::vector<ConvNormRelu<T>>> branches_;
  std::optional<ConvNormRelu<T>> projection_;
  std::optional<PolicyNetwork<T>> policy_net_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
