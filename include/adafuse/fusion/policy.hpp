// The agent: from what a block is about to read, three logits for each of its output channels.
//
//   v_t = GAP(x_t),   logits_t = W1 relu(bn(W0 [v_{t-1}, v_t])),   v_{-1} = 0
//
// (paper, section 3.2). Variants: the largest pixel in place of the mean, one linear or three, and
// channels that share a decision. An LSTM may stand for the first linear and its norm:
//
//   h_t, c_t = LSTM(v_t; h_{t-1}, c_{t-1}),   logits_t = W h_t,   h_{-1} = c_{-1} = 0
//
// To ask what a part is worth, an agent may be without v_{t-1}, or see nothing (its logits are
// parameters then), and actions may be excluded. Blocks whose sizes agree may share both linears
// (the authors' shared policy); the batch norm is always the block's own.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/fusion/policy_pool.hpp>
#include <adafuse/fusion/policy_sees.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/lstm.hpp>
#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/video/time_axis.hpp>
#include <limits>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// The sizes of an agent.
struct PolicyConfig {
  Index in_channels = 0;   ///< c, of the maps that the block reads
  Index out_channels = 0;  ///< c', of the maps that are decided on
  Index hidden = 1024;     ///< between the linears, or of the memory; one linear has none
  Index layers = 2;        ///< linears: 1, 2 (the paper) or 3; 2 where a memory is the first
  Index groups_of = 1;     ///< G channels share a decision: i follows number i mod (c' / G)
  PolicyPool pool = PolicyPool::average;  ///< what is seen of each map
  PolicySees sees = PolicySees::both;     ///< which frames are seen
  /// what may be chosen
  AllowedActions actions = AllowedActions::keep_reuse_skip;

  /// How many decisions there are for a frame: c' / G.
  Index decisions() const { return out_channels / groups_of; }
  /// The sizes along the linears: 2c (c without history), hidden ..., 3 decisions; hidden, 3
  /// decisions behind a memory. None where nothing is seen: there are no linears.
  std::vector<Index> sizes() const {
    if (sees == PolicySees::none) return {};
    if (sees == PolicySees::memory) return {hidden, action_count * decisions()};
    std::vector<Index> sizes(static_cast<std::size_t>(layers + 1), hidden);
    sizes.front() = (sees == PolicySees::both ? 2 : 1) * in_channels;
    sizes.back() = action_count * decisions();
    return sizes;
  }
};

/// The linears of an agent, in order. Files name them gate_fc0, gate_fc1, gate_fc2.
template <class T>
struct PolicyLinears {
  std::vector<nn::Linear<T>> gate_fc;  ///< in order, from what is seen to the logits

  /// Starts nearly undecided: weights from N(0, 0.001^2), biases zero.
  PolicyLinears(const PolicyConfig& config, Key key) {
    const NoGrad guard;
    const auto sizes = config.sizes();
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
      const Key own = key.of(concat("gate_fc", i));
      const nn::Linear<T>& layer =
          gate_fc.emplace_back(nn::LinearConfig{.in = sizes[i], .out = sizes[i + 1]}, own);
      if (!nn::weights_are_drawn()) continue;
      layer.weight.mutable_value().copy_from(nn::normal_init<T>(layer.weight.shape(), 0.001, own));
      layer.bias.mutable_value().fill(0);
    }
  }

  /// The sizes along the linears, as PolicyConfig has them.
  std::vector<Index> sizes() const {
    if (gate_fc.empty()) return {};
    std::vector<Index> sizes{gate_fc.front().config().in};
    for (const auto& layer : gate_fc) sizes.push_back(layer.config().out);
    return sizes;
  }
};

/// An agent: linears with batch norms and ReLU between them, from pooled maps to logits.
template <class T>
class PolicyNetwork {
 public:
  using value_type = T;

  /// An agent with linears of its own.
  PolicyNetwork(const PolicyConfig& config, Key key)
      : config_(checked(config)), own_(std::in_place, config, key), gate_bn_(make_norms(config)) {
    if (config.sees == PolicySees::none) gate_logits_ = start_logits(config, key.of("gate_logits"));
    if (config.sees == PolicySees::memory)
      gate_lstm_.emplace(nn::LstmConfig{.in = config.in_channels, .hidden = config.hidden},
                         key.of("gate_lstm"));
  }

  /// An agent that borrows linears; their owner outlives it. Throws ValueError unless their sizes
  /// are those of `config`, for an agent that sees nothing: it has no linears, and for one with a
  /// memory: what remembers is its own.
  PolicyNetwork(const PolicyConfig& config, const PolicyLinears<T>& shared)
      : config_(checked(config)), shared_(&shared), gate_bn_(make_norms(config)) {
    require<ValueError>(config.sees != PolicySees::none,
                        "policy: an agent that sees nothing has no linears to share");
    require<ValueError>(config.sees != PolicySees::memory,
                        "policy: an agent with a memory shares no linears");
    require<ValueError>(shared.sizes() == config.sizes(), "policy: ", arrows(config.sizes()),
                        " does not fit shared linears ", arrows(shared.sizes()));
  }

  /// x: the block's input, [N*T, c, h, w], T = `frames`. Returns logits [N*T, c', 3] in the order
  /// skip, reuse, keep; channels that share a decision have the same. Those of actions that may
  /// not be chosen are -inf.
  Variable<T> forward(const Variable<T>& x, Index frames, nn::Context<T>& ctx) const {
    if (config_.sees == PolicySees::none) return fixed_logits(x.size(0));
    const Variable<T> v = pooled(x);
    if (gate_lstm_) return run_linears(remembered(v, frames), ctx);
    if (config_.sees == PolicySees::now) return logits(v, v, ctx);
    return logits(shift_time(v, frames, -1), v, ctx);
  }

  /// The first half of `forward`: v_t of each frame, [N*T, c, h, w] -> [N*T, c].
  Variable<T> pooled(const Variable<T>& x) const {
    require<ShapeError>(x.rank() == 4 && x.size(1) == config_.in_channels, "policy: expects [N*T,",
                        config_.in_channels, ",h,w], got ", x.shape());
    if (config_.pool == PolicyPool::average) return global_avg_pool(x);
    return max(reshape(x, {x.size(0), x.size(1), x.size(2) * x.size(3)}), 2);
  }

  /// h_t of each frame: v [N*T, c], T = `frames` -> [N*T, hidden]. Throws ValueError for an agent
  /// without a memory.
  Variable<T> remembered(const Variable<T>& v, Index frames) const {
    require<ValueError>(gate_lstm_.has_value(), "policy: this agent has no memory");
    const Index clips = clip_count(v, frames, "policy");
    const auto h = gate_lstm_->forward(reshape(v, {clips, frames, config_.in_channels})).all;
    return reshape(h, {clips * frames, config_.hidden});
  }

  /// The second half: logits [n, c', 3] of frames that know v_{t-1} and v_t, both [n, c]. An agent
  /// without history does not read the first; one that sees nothing reads neither. Throws
  /// ValueError for an agent with a memory, which two frames do not tell.
  Variable<T> logits(const Variable<T>& before, const Variable<T>& now, nn::Context<T>& ctx) const {
    require<ValueError>(!gate_lstm_,
                        "policy: an agent with a memory reads clips from their first frame on");
    if (config_.sees == PolicySees::none) return fixed_logits(now.size(0));
    return run_linears(
        config_.sees == PolicySees::now ? now : cat(std::vector<Variable<T>>{before, now}, 1), ctx);
  }

  /// What remembers; none in an agent of another kind.
  const std::optional<nn::Lstm<T>>& memory() const { return gate_lstm_; }

  /// The logits of an agent that sees nothing, as parameters [3 c' / G] in the order of a last
  /// linear's outputs; undefined for every other.
  const Variable<T>& gate_logits() const { return gate_logits_; }

  /// What holds for each decision, [n, c' / G, ...], for each channel, [n, c', ...].
  Variable<T> to_channels(const Variable<T>& x) const {
    if (config_.groups_of == 1) return x;
    return cat(std::vector<Variable<T>>(static_cast<std::size_t>(config_.groups_of), x), 1);
  }

  const PolicyConfig& config() const { return config_; }
  /// The linears, its own or those that it shares.
  const PolicyLinears<T>& linears() const { return shared_ ? *shared_ : *own_; }
  /// What stands after each linear but the last.
  const std::vector<nn::BatchNorm1d<T>>& norms() const { return gate_bn_; }

  /// Multiply-accumulates for one frame.
  double macs() const {
    double total = gate_lstm_ ? gate_lstm_->cell().macs() : 0;
    const auto sizes = config_.sizes();
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i)
      total += static_cast<double>(sizes[i]) * static_cast<double>(sizes[i + 1]);
    return total;
  }

  void visit(nn::Visitor<T>& v) const {
    if (gate_lstm_) v("gate_lstm", *gate_lstm_);
    for (std::size_t i = 0; i < linears().gate_fc.size(); ++i) {
      if (own_) v(concat("gate_fc", i), own_->gate_fc[i]);
      if (i < gate_bn_.size()) v(i == 0 ? "gate_bn" : concat("gate_bn", i), gate_bn_[i]);
    }
    if (gate_logits_.defined()) v("gate_logits", gate_logits_);
  }

 private:
  /// Logits [n, c', 3] of what the first linear reads, [n, sizes().front()].
  Variable<T> run_linears(Variable<T> y, nn::Context<T>& ctx) const {
    const Index n = y.size(0);
    const auto& layers = linears().gate_fc;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      y = layers[i](y);
      if (i < gate_bn_.size()) y = gate_bn_[i].forward_relu(y, ctx);
    }
    return allowed(to_channels(reshape(y, {n, config_.decisions(), action_count})));
  }

  /// Those of an agent that sees nothing, for n frames, [n, c', 3].
  Variable<T> fixed_logits(Index n) const {
    const auto one = reshape(gate_logits_, {1, config_.decisions(), action_count});
    return allowed(to_channels(broadcast_to(one, {n, config_.decisions(), action_count})));
  }

  /// Logits [..., 3] with -inf where an action may not be chosen.
  Variable<T> allowed(const Variable<T>& logits) const {
    if (config_.actions == AllowedActions::keep_reuse_skip) return logits;
    Tensor<T> excluded({1, 1, action_count});
    for (const Action action : all_actions)
      if (!allows(config_.actions, action))
        excluded(0, 0, logit_index(action)) = -std::numeric_limits<T>::infinity();
    return logits + Variable<T>(excluded);
  }

  /// Nearly undecided, as linears start: N(0, 0.001^2).
  static Variable<T> start_logits(const PolicyConfig& config, Key key) {
    return parameter(nn::normal_init<T>({action_count * config.decisions()}, 0.001, key));
  }

  static const PolicyConfig& checked(const PolicyConfig& c) {
    require<ValueError>(c.in_channels > 0 && c.out_channels > 0 && c.hidden > 0,
                        "policy: sizes must be positive, got ", c.in_channels, " -> ", c.hidden,
                        " -> ", c.out_channels);
    constexpr Index most = Index{1} << 31;
    require<ValueError>(c.in_channels <= most && c.out_channels <= most && c.hidden <= most,
                        "policy: sizes are at most 2^31, got ", c.in_channels, " -> ", c.hidden,
                        " -> ", c.out_channels);
    require<ValueError>(1 <= c.layers && c.layers <= 3, "policy: expects 1, 2 or 3 linears, got ",
                        c.layers);
    require<ValueError>(c.layers == 2 || c.sees != PolicySees::memory,
                        "policy: a memory and one linear are 2 layers, got ", c.layers);
    require<ValueError>(c.groups_of > 0 && c.out_channels % c.groups_of == 0,
                        "policy: ", c.out_channels, " channels do not make groups of ",
                        c.groups_of);
    return c;
  }

  static std::vector<nn::BatchNorm1d<T>> make_norms(const PolicyConfig& config) {
    std::vector<nn::BatchNorm1d<T>> norms;
    for (std::size_t i = 2; i < config.sizes().size(); ++i)
      norms.emplace_back(nn::BatchNormConfig{config.hidden});
    return norms;
  }

  static std::string arrows(const std::vector<Index>& sizes) {
    std::string text;
    for (const Index size : sizes) text += concat(text.empty() ? "" : " -> ", size);
    return text;
  }

  PolicyConfig config_;
  std::optional<PolicyLinears<T>> own_;
  const PolicyLinears<T>* shared_ = nullptr;
  std::vector<nn::BatchNorm1d<T>> gate_bn_;  // gate_bn, gate_bn1
  std::optional<nn::Lstm<T>> gate_lstm_;     // of an agent with a memory
  Variable<T> gate_logits_;                  // of an agent that sees nothing
};

}  // namespace adafuse::inline ADAFUSE_SIMD
