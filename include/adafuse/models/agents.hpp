// Agents of a whole network: each adaptive block gets one, with linears of its own or shared ones.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/policy.hpp>
#include <adafuse/models/model_config.hpp>
#include <algorithm>
#include <map>
#include <memory>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// The same configuration with the size of its agents said, where it was left to the network: the
/// paper's 1024 hidden units, and two for each decision in the networks of 16 to 64 channels, where
/// 1024 cost more than what they save.
inline ModelConfig with_agent_size(ModelConfig config) {
  constexpr Index paper = 1024;
  constexpr double narrow = 2;
  constexpr std::string_view narrow_networks[] = {"resnet8", "resnet14", "resnet20"};
  if (config.policy_hidden > 0) return config;
  config.policy_hidden = paper;
  if (config.policy_quota == 0 && equals(config.policy_relative, 0) &&
      std::count(std::begin(narrow_networks), std::end(narrow_networks), config.model) > 0)
    config.policy_relative = narrow;
  return config;
}

/// Hidden units of an agent with so many decisions: fixed, quota / decisions, or relative *
/// decisions, rounded down, but at least one. Of a configuration that says none, what fits.
inline Index policy_hidden(const ModelConfig& any, Index decisions) {
  const ModelConfig config = with_agent_size(any);
  if (config.policy_quota > 0) return std::max<Index>(1, config.policy_quota / decisions);
  if (config.policy_relative > 0)
    return std::max<Index>(
        1, static_cast<Index>(config.policy_relative * static_cast<double>(decisions)));
  return config.policy_hidden;
}

/// An agent over maps of `in` channels that decides on `out` channels. Throws ValueError when the
/// channels do not make groups of the size that the configuration wants.
inline PolicyConfig policy_config(const ModelConfig& config, Index in, Index out) {
  PolicyConfig policy{.in_channels = in,
                      .out_channels = out,
                      .layers = config.policy_layers,
                      .groups_of = config.policy_groups_of,
                      .pool = config.policy_pool,
                      .sees = config.policy_sees,
                      .actions = config.actions};
  require<ValueError>(policy.groups_of > 0 && out % policy.groups_of == 0, "policy: ", out,
                      " channels do not make groups of ", policy.groups_of);
  policy.hidden = policy_hidden(config, policy.decisions());
  return policy;
}

/// Makes agents, and owns what they share: one pair of linears for each pair of sizes (2c, 3c').
template <class T>
class AgentMaker {
 public:
  /// Agents as `config` says, with weights from `key`.
  AgentMaker(const ModelConfig& config, Key key) : config_(config), key_(key) {}

  /// An agent of a block, `policy_net` or `policy_net2`; none where the block does not decide, or
  /// decides from outside.
  std::optional<PolicyNetwork<T>> make(const BlockPlace& block, Index in, Index out,
                                       const std::string& agent = "policy_net") {
    if (!is_adaptive(config_, block) || !config_.agents) return {};
    const PolicyConfig size = policy_config(config_, in, out);
    if (!config_.shared_policy)
      return std::make_optional<PolicyNetwork<T>>(size, key_.of(block.name).of(agent));
    // As files name it: the sizes of what goes in and of what comes out.
    const std::string name = concat(size.sizes().front(), "_", size.sizes().back());
    auto& shared = shared_[name];
    if (!shared) shared = std::make_unique<PolicyLinears<T>>(size, key_.of("shared").of(name));
    return std::make_optional<PolicyNetwork<T>>(size, *shared);
  }

  /// What is shared is listed here and not in the blocks: `gate_fc0s.128_192`, `gate_fc1s.128_192`.
  void visit(nn::Visitor<T>& v) const {
    for (std::size_t i = 0; i < static_cast<std::size_t>(config_.policy_layers); ++i)
      for (const auto& [name, linears] : shared_)
        v(concat("gate_fc", i, "s.", name), linears->gate_fc[i]);
  }

 private:
  ModelConfig config_;
  Key key_;
  std::map<std::string, std::unique_ptr<PolicyLinears<T>>> shared_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
