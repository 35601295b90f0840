// Agents of a whole network: each adaptive block gets one, with linears of its own or shared ones.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/policy.hpp>
#include <adafuse/models/model_config.hpp>
#include <map>
#include <memory>

namespace adafuse::models {

/// The size of an agent over maps of `in` channels that decides on `out` channels.
inline PolicyConfig policy_config(const ModelConfig& config, Index in, Index out) {
  const Index hidden = config.policy_quota > 0 ? std::max<Index>(1, config.policy_quota / out)
                                               : config.policy_hidden;
  return {.in_channels = in, .out_channels = out, .hidden = hidden};
}

/// Makes agents, and owns what they share: one pair of linears for each pair of sizes (2c, 3c').
template <class T>
class AgentMaker {
 public:
  AgentMaker(const ModelConfig& config, Key key) : config_(config), key_(key) {}

  /// The agent of a block; none where the block does not decide, or decides from outside.
  std::optional<PolicyNetwork<T>> make(const std::string& block, Index in, Index out) {
    if (!is_adaptive(config_, block) || !config_.agents) return {};
    const PolicyConfig size = policy_config(config_, in, out);
    if (!config_.shared_policy)
      return std::make_optional<PolicyNetwork<T>>(size, key_.of(block).of("policy_net"));
    const std::string name =
        std::to_string(2 * in) + "_" + std::to_string(action_count * out);  // as files name it
    auto& shared = shared_[name];
    if (!shared) shared = std::make_unique<PolicyLinears<T>>(size, key_.of("shared").of(name));
    return std::make_optional<PolicyNetwork<T>>(size, *shared);
  }

  /// What is shared is listed here and not in the blocks: `gate_fc0s.128_192`, `gate_fc1s.128_192`.
  void visit(nn::Visitor<T>& v) const {
    for (const auto& [name, linears] : shared_) v("gate_fc0s." + name, linears->gate_fc0);
    for (const auto& [name, linears] : shared_) v("gate_fc1s." + name, linears->gate_fc1);
  }

 private:
  ModelConfig config_;
  Key key_;
  std::map<std::string, std::unique_ptr<PolicyLinears<T>>> shared_;
};

}  // namespace adafuse::models
