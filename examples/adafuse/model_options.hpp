// The options that name a network, for every command that builds one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/video_model.hpp>

#include "command.hpp"

namespace adafuse::cli {

class ModelOptions {
 public:
  void add_to(CLI::App& command) {
    command_ = &command;
    std::string names;
    for (const auto& name : models::model_names()) names += (names.empty() ? "" : ", ") + name;
    option("--model", config_.model, "NAME", names);
    option("--fusion", fusion_, "F",
           "how frames learn of each other: none (TSN), tsm, adafuse, adafuse-tsm");
    option("--frames", config_.frames, "T", "frames of a clip");
    option("--stem-stride", config_.stem_stride, "S",
           "stride of the first convolution of resnet8, resnet14, resnet20");
    option("--consensus", config_.consensus, "NAME",
           "average of the frames' logits, or lstm over their features");
    option("--lstm-hidden", config_.lstm_hidden, "H", "hidden units of the lstm consensus");
    add_value(command, "--adaptive-stages", config_.adaptive_stages, "S,..",
              "stages that decide, as in 3,4 (default: all)")
        ->delimiter(',');
    add_value(command, "--adaptive-blocks", config_.adaptive_blocks, "B,..",
              "blocks that decide, as in layer4.0,layer4.1 (default: all)")
        ->delimiter(',');
    add_value(
        command, "--policy-hidden", config_.policy_hidden, "H",
        "hidden units of each agent (default: 2 * d where there are d decisions in resnet8, 14 "
        "and 20, 1024 in the others)");
    add_value(command, "--policy-quota", config_.policy_quota, "H",
              "instead: H / d hidden units where there are d decisions")
        ->check(CLI::PositiveNumber)
        ->excludes("--policy-hidden");
    add_value(command, "--policy-relative", config_.policy_relative, "R",
              "instead: R * d hidden units where there are d decisions")
        ->check(CLI::PositiveNumber)
        ->excludes("--policy-hidden", "--policy-quota");
    option("--policy-layers", config_.policy_layers, "N", "linears of each agent: 1, 2, 3");
    option("--policy-pool", config_.policy_pool, "NAME",
           "what an agent sees of a map: its average or max");
    option("--policy-groups-of", config_.policy_groups_of, "G",
           "channels that share a decision; G divides their number");
    option("--policy-sees", config_.policy_sees, "NAME",
           "which frames an agent sees: both, this one and the one before; now, this one; "
           "memory, this one and what an LSTM remembers of those before; none, then its logits are "
           "parameters");
    option("--actions", config_.actions, "A,..",
           "what an agent may choose: keep,reuse,skip, or keep,skip, or keep,reuse");
    command.add_flag("--policy-both", config_.policy_both,
                     "residual blocks decide on conv2's channels too");
    command.add_flag("--shared-policy", config_.shared_policy,
                     "blocks of equal sizes share the linears of their agents");
  }

  /// The fusion where the command line says none.
  void set_default_fusion(const std::string& fusion) {
    if (command_->count("--fusion") == 0) fusion_ = fusion;
  }

  /// The configuration, once the command line was read.
  models::ModelConfig config() const {
    models::ModelConfig config = config_;
    config.fusion = models::parse_fusion(fusion_);
    if (!config.fusion.adaptive) {
      refuse(*command_, agent_options(), "with --fusion " + fusion_ + ": it has no agents");
      refuse(*command_, {"--adaptive-stages", "--adaptive-blocks", "--policy-both"},
             "with --fusion " + fusion_ + ": nothing is decided");
    }
    require<ValueError>(command_->count("--policy-hidden") == 0 || config.policy_hidden > 0,
                        "--policy-hidden must be positive, got ", config.policy_hidden);
    if (config.policy_layers == 1)
      refuse(*command_, {"--policy-hidden", "--policy-quota", "--policy-relative"},
             "with --policy-layers 1: it has no hidden units");
    if (config.policy_sees == PolicySees::none)
      refuse(*command_,
             {"--policy-hidden", "--policy-quota", "--policy-relative", "--policy-layers",
              "--policy-pool", "--shared-policy"},
             "with --policy-sees none: its logits are parameters");
    if (config.policy_sees == PolicySees::memory)
      refuse(*command_, {"--policy-layers", "--shared-policy"},
             "with --policy-sees memory: its layers are an LSTM and one linear of its own");
    if (config.consensus != models::Consensus::lstm)
      refuse(*command_, {"--lstm-hidden"}, "with --consensus " + io::word_of(config.consensus));
    return config;
  }

  static std::vector<std::string> agent_options() {
    return {"--policy-hidden", "--policy-quota", "--policy-relative",
            "--policy-layers", "--policy-pool",  "--policy-groups-of",
            "--shared-policy", "--policy-sees",  "--actions"};
  }

 private:
  template <class Value>
  void option(const char* name, Value& value, const char* type, const std::string& text) {
    add_value(*command_, name, value, type, text)->capture_default_str();
  }

  CLI::App* command_ = nullptr;
  models::ModelConfig config_;
  std::string fusion_ = "none";
};

}  // namespace adafuse::cli
