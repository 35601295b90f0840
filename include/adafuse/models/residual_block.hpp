// The residual block with a fusion inside (He et al., 2016; the paper, figure 2):
//
//   x -> [shift] -> conv1 bn1 relu -> [fuse] -> conv2 bn2 -> [relu conv3 bn3] -> + -> relu
//   x -------------------- identity, or downsample of the shifted input -------^
//
// Basic blocks are two 3x3; bottlenecks 1x1, 3x3, 1x1 with the stride on the 3x3. A second decision
// (the authors' "dense in block") reads conv2's input and falls on its normed output: in a
// bottleneck after the ReLU, before conv3; in a basic block before the sum.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/decide.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <adafuse/fusion/magnitude.hpp>
#include <adafuse/models/plan_builder.hpp>
#include <adafuse/nn/nn.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// The sizes of a residual block, and what it does beside.
struct ResidualBlockConfig {
  std::string name;         ///< "layer1.0": decisions carry it
  Index in = 0;             ///< channels that come in
  Index width = 0;          ///< channels of conv1
  Index out = 0;            ///< channels that go out
  Index stride = 1;         ///< of the block
  bool bottleneck = false;  ///< three convolutions, 1x1, 3x3, 1x1, not two
  bool shift = false;       ///< temporal shift in front (TSM)
  bool adaptive = false;    ///< decisions on conv1's channels
  bool both = false;        ///< and, when adaptive, on conv2's

  /// The name that the second decisions carry.
  std::string second() const { return name + ".conv2"; }
};

/// What a block gives: maps, and the decisions that it took on the way, in order.
template <class T>
struct BlockOutput {
  Variable<T> maps;                    ///< [N*T, out, h', w']
  std::vector<Decision<T>> decisions;  ///< in the order of the convolutions
};

/// The agents of a block.
template <class T>
struct BlockAgents {
  /// Of the first and of the second convolution that is decided on.
  std::optional<PolicyNetwork<T>> first, second;
};

/// What a norm multiplies each channel by at evaluation, [c].
template <class T>
Tensor<T> norm_scale(const nn::BatchNorm2d<T>& norm) {
  Tensor<T> scale(norm.running_var.shape());
  for (Index i = 0; i < scale.size(); ++i)
    scale(i) =
        norm.weight.value()(i) / std::sqrt(norm.running_var(i) + static_cast<T>(norm.config().eps));
  return scale;
}

/// How much the channels of norm(conv(x)) answer to those of x (see magnitude.hpp), [out, in].
template <class T>
Tensor<T> channel_gains(const nn::Conv2d<T>& conv, const nn::BatchNorm2d<T>& norm) {
  return convolution_gains(conv.weight.value(), norm_scale(norm));
}

/// y = ReLU(shortcut(x) + f(x)), f two or three convolutions with a fusion inside.
template <class T>
class ResidualBlock {
 public:
  using value_type = T;

  /// `agents` decide for an adaptive block; without them, the context must.
  ResidualBlock(const ResidualBlockConfig& config, BlockAgents<T> agents, Key key)
      : config_(config),
        conv1_(first(config), key.of("conv1")),
        bn1_({config.width}),
        conv2_(second(config), key.of("conv2")),
        bn2_({conv2_.config().out}),
        agents_(std::move(agents)) {
    if (config.bottleneck) {
      conv3_.emplace(nn::Conv2dConfig{.in = config.width, .out = config.out}, key.of("conv3"));
      bn3_.emplace(nn::BatchNormConfig{config.out});
    }
    if (config.stride != 1 || config.in != config.out)
      downsample_.emplace(
          nn::Conv2d<T>({.in = config.in, .out = config.out, .stride = config.stride},
                        key.of("downsample")),
          nn::BatchNorm2d<T>({config.out}));
  }

  /// x: [N*T, in, h, w], T = `frames`. Maps [N*T, out, h / stride, w / stride].
  BlockOutput<T> forward(const Variable<T>& x, Index frames, AdaptiveContext<T>& ctx) const {
    BlockOutput<T> out;
    const auto in = config_.shift ? temporal_shift(x, frames, shift_fold(config_.in)) : x;
    const auto fused = [&](const Variable<T>& maps, Decision<T> decision) {
      out.decisions.push_back(std::move(decision));
      return fuse(maps, out.decisions.back().weights, frames, {ctx.detach_history});
    };
    const auto identity = [&] { return downsample_ ? downsample_->forward(in, ctx) : x; };
    const auto first_gains = gains_now(conv1_, bn1_), second_gains = gains_now(conv2_, bn2_);
    auto y = bn1_.forward_relu(conv1_(in), ctx);
    if (config_.adaptive)
      y = fused(
          y, decide<T>(config_.name, agents_.first, in, config_.width, frames, ctx, first_gains));
    const auto between = y;
    y = conv2_(between);
    if (!conv3_ && !decides_twice()) {
      out.maps = bn2_.forward_relu(y, ctx, identity());
      return out;
    }
    y = conv3_ ? bn2_.forward_relu(y, ctx) : bn2_.forward(y, ctx);
    if (decides_twice())
      y = fused(y, decide<T>(config_.second(), agents_.second, between, conv2_.config().out, frames,
                             ctx, second_gains));
    out.maps = conv3_ ? bn3_->forward_relu((*conv3_)(y), ctx, identity()) : relu(y + identity());
    return out;
  }

  /// The same as steps of a plan.
  ValueId plan(PlanBuilder<T>& b, ValueId x) const {
    const typename PlanBuilder<T>::Scope scope(b, config_.name);
    const ValueId in = config_.shift ? b.shift(x) : x;
    ValueId decisions = 0;
    if (config_.adaptive) decisions = b.decide(config_.name, agents_.first, in, config_.width);
    ValueId y = b.relu(b.norm("bn1", bn1_, b.conv("conv1", conv1_, in)));
    if (config_.adaptive) y = b.fuse(config_.name, y, decisions);
    if (decides_twice())
      decisions = b.decide(config_.second(), agents_.second, y, conv2_.config().out, "policy_net2");
    y = b.norm("bn2", bn2_, b.conv("conv2", conv2_, y));
    if (conv3_) y = b.relu(y);
    if (decides_twice()) y = b.fuse(config_.second(), y, decisions);
    if (conv3_) y = b.norm("bn3", *bn3_, b.conv("conv3", *conv3_, y));
    ValueId identity = x;
    if (downsample_)
      identity = b.norm("downsample.1", downsample_->template layer<1>(),
                        b.conv("downsample.0", downsample_->template layer<0>(), in));
    return b.relu(b.add(y, identity));
  }

  void visit(nn::Visitor<T>& v) const {
    v("conv1", conv1_), v("bn1", bn1_), v("conv2", conv2_), v("bn2", bn2_);
    if (conv3_) v("conv3", *conv3_), v("bn3", *bn3_);
    if (downsample_) v("downsample", *downsample_);
    if (agents_.first) v("policy_net", *agents_.first);
    if (agents_.second) v("policy_net2", *agents_.second);
  }

  const ResidualBlockConfig& config() const { return config_; }

 private:
  bool decides_twice() const { return config_.adaptive && config_.both; }

  /// channel_gains, for a source that asks: by the norm as it is now, before this batch moves its
  /// statistics.
  std::function<Tensor<T>()> gains_now(const nn::Conv2d<T>& conv,
                                       const nn::BatchNorm2d<T>& norm) const {
    if (!config_.adaptive) return {};
    return
        [&conv, scale = norm_scale(norm)] { return convolution_gains(conv.weight.value(), scale); };
  }

  static nn::Conv2dConfig first(const ResidualBlockConfig& c) {
    if (c.bottleneck) return {.in = c.in, .out = c.width};
    return {.in = c.in, .out = c.width, .kernel = 3, .stride = c.stride, .padding = 1};
  }
  static nn::Conv2dConfig second(const ResidualBlockConfig& c) {
    if (c.bottleneck)
      return {.in = c.width, .out = c.width, .kernel = 3, .stride = c.stride, .padding = 1};
    return {.in = c.width, .out = c.out, .kernel = 3, .padding = 1};
  }

  ResidualBlockConfig config_;
  nn::Conv2d<T> conv1_;
  nn::BatchNorm2d<T> bn1_;
  nn::Conv2d<T> conv2_;
  nn::BatchNorm2d<T> bn2_;
  std::optional<nn::Conv2d<T>> conv3_;
  std::optional<nn::BatchNorm2d<T>> bn3_;
  std::optional<nn::Sequential<nn::Conv2d<T>, nn::BatchNorm2d<T>>> downsample_;
  BlockAgents<T> agents_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
