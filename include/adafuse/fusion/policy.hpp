// The agent: from what a block is about to read, three logits for each of its output channels.
//
//   v_t = GAP(x_t),   logits_t = W1 relu(bn(W0 [v_{t-1}, v_t])),   v_{-1} = 0    (paper,
//   section 3.2)
//
// Blocks whose sizes agree may share both linears (the authors' shared policy); the batch norm is
// always the block's own.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/video/time_axis.hpp>
#include <optional>

namespace adafuse {

struct PolicyConfig {
  Index in_channels = 0;   ///< c, of the maps that the block reads
  Index out_channels = 0;  ///< c', of the maps that are decided on
  Index hidden = 1024;
};

/// The two linears of an agent: [2c -> hidden] and [hidden -> 3c'].
template <class T>
struct PolicyLinears {
  nn::Linear<T> gate_fc0, gate_fc1;

  /// Starts nearly undecided: weights from N(0, 0.001^2), biases zero.
  PolicyLinears(const PolicyConfig& config, Key key)
      : gate_fc0({.in = 2 * config.in_channels, .out = config.hidden}),
        gate_fc1({.in = config.hidden, .out = action_count * config.out_channels}) {
    const NoGrad guard;
    const auto start = [&](const nn::Linear<T>& layer, Key layer_key) {
      layer.weight.mutable_value().copy_from(
          nn::normal_init<T>(layer.weight.shape(), 0.001, layer_key));
      layer.bias.mutable_value().fill(0);
    };
    start(gate_fc0, key.of("gate_fc0"));
    start(gate_fc1, key.of("gate_fc1"));
  }
};

template <class T>
class PolicyNetwork {
 public:
  using value_type = T;

  /// An agent with linears of its own.
  PolicyNetwork(const PolicyConfig& config, Key key)
      : config_(checked(config)), own_(std::in_place, config, key), gate_bn_({config.hidden}) {}

  /// An agent that borrows linears; their owner outlives it. Throws ValueError unless their sizes
  /// are those of `config`.
  PolicyNetwork(const PolicyConfig& config, const PolicyLinears<T>& shared)
      : config_(checked(config)), shared_(&shared), gate_bn_({config.hidden}) {
    const auto &fc0 = shared.gate_fc0.config(), &fc1 = shared.gate_fc1.config();
    require<ValueError>(
        fc0.in == 2 * config.in_channels && fc0.out == config.hidden && fc1.in == config.hidden &&
            fc1.out == action_count * config.out_channels,
        "policy: ", config.in_channels, " -> ", config.hidden, " -> ", config.out_channels,
        " does not fit shared linears ", fc0.in, " -> ", fc0.out, ", ", fc1.in, " -> ", fc1.out);
  }

  /// x: the block's input, [N*T, c, h, w], T = `frames`. Returns logits [N*T, c', 3] in the order
  /// skip, reuse, keep.
  Variable<T> forward(const Variable<T>& x, Index frames, nn::Context<T>& ctx) const {
    require<ShapeError>(x.rank() == 4 && x.size(1) == config_.in_channels, "policy: expects [N*T,",
                        config_.in_channels, ",h,w], got ", x.shape());
    const Variable<T> v = global_avg_pool(x);
    const auto both = cat(std::vector<Variable<T>>{shift_time(v, frames, -1), v}, 1);
    const auto hidden = relu(gate_bn_.forward(linears().gate_fc0(both), ctx));
    return reshape(linears().gate_fc1(hidden), {x.size(0), config_.out_channels, action_count});
  }

  const PolicyConfig& config() const { return config_; }
  const PolicyLinears<T>& linears() const { return shared_ ? *shared_ : *own_; }
  const nn::BatchNorm1d<T>& gate_bn() const { return gate_bn_; }

  /// Multiply-accumulates for one frame.
  double macs() const {
    return static_cast<double>(config_.hidden) *
           static_cast<double>(2 * config_.in_channels + action_count * config_.out_channels);
  }

  void visit(nn::Visitor<T>& v) const {
    if (own_) v("gate_fc0", own_->gate_fc0);
    v("gate_bn", gate_bn_);
    if (own_) v("gate_fc1", own_->gate_fc1);
  }

 private:
  static const PolicyConfig& checked(const PolicyConfig& config) {
    require<ValueError>(config.in_channels > 0 && config.out_channels > 0 && config.hidden > 0,
                        "policy: sizes must be positive, got ", config.in_channels, " -> ",
                        config.hidden, " -> ", config.out_channels);
    return config;
  }

  PolicyConfig config_;
  std::optional<PolicyLinears<T>> own_;
  const PolicyLinears<T>* shared_ = nullptr;
  nn::BatchNorm1d<T> gate_bn_;
};

}  // namespace adafuse
