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
    option("--policy-hidden", config_.policy_hidden, "H", "hidden units of each agent");
    add_value(command, "--policy-quota", config_.policy_quota, "H",
              "instead: H / c' hidden units where c' channels are decided on")
        ->check(CLI::PositiveNumber)
        ->excludes("--policy-hidden");
    command.add_flag("--shared-policy", config_.shared_policy,
                     "blocks of equal sizes share the linears of their agents");
  }

  /// The configuration, once the command line was read.
  models::ModelConfig config() const {
    models::ModelConfig config = config_;
    config.fusion = models::parse_fusion(fusion_);
    if (!config.fusion.adaptive) {
      refuse(*command_, agent_options(), "with --fusion " + fusion_ + ": it has no agents");
      refuse(*command_, {"--adaptive-stages", "--adaptive-blocks"},
             "with --fusion " + fusion_ + ": nothing is decided");
    }
    if (config.consensus != "lstm")
      refuse(*command_, {"--lstm-hidden"}, "with --consensus " + config.consensus);
    return config;
  }

  static std::vector<std::string> agent_options() {
    return {"--policy-hidden", "--policy-quota", "--shared-policy"};
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
