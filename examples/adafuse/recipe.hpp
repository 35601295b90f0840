// --recipe paper: how the authors train, as defaults that options replace.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/config.hpp>

#include "command.hpp"

namespace adafuse::cli {

enum class Recipe { own, paper };
inline constexpr std::string_view recipe_words[] = {"own", "paper"};
constexpr io::Words words_of(Recipe) { return {"recipe", recipe_words}; }

/// Sets what the command line left open: SGD at 0.01, with the temporal shift 0.02, a tenth of it
/// after 2/5 and 4/5 of 50 epochs; lambda from the first one on. Returns what of the recipe is not
/// met, a sentence each.
inline std::vector<std::string> apply_paper_recipe(const CLI::App& command,
                                                   train::TrainConfig& config) {
  const auto set = [&](const char* option, auto& value, auto of_paper) {
    if (command.count(option) == 0) value = of_paper;
  };
  set("--optimizer", config.optimizer, train::Optimizer::sgd);
  set("--schedule", config.schedule, train::Schedule::step);
  set("--rate", config.rate, config.model.fusion.shift ? 0.02 : 0.01);
  set("--epochs", config.epochs, 50);
  set("--batch", config.batch, 64);
  set("--weight-decay", config.weight_decay, 5e-4);
  set("--bias-rate", config.tuning.bias_rate, 2.0);
  set("--clip-norm", config.clip_norm, 20.0);
  set("--dropout", config.model.dropout, 0.5);
  set("--lambda", config.lambda, 0.51);  // 0.125 a GFLOP of ResNet-50's 4.0875
  if (command.count("--lambda-rule") + command.count("--lambda-from") == 0)
    config.lambda_rule = train::LambdaRule::epoch, config.lambda_from = 0;
  if (command.count("--size") == 0) config.size = 224, config.shorter_side = 256;
  set("--crop", config.transform.crop, data::Crop::multi_scale);
  if (config.model.model == "bninception" && command.count("--pixels") == 0)
    config.normalisation = data::normalisation_of(data::Pixels::bgr255);

  std::vector<std::string> missed;
  if (config.tuning.weights.empty())
    missed.push_back("starts from nothing, the paper from ImageNet's weights (--weights FILE)");
  if (!config.flip)
    missed.push_back(
        "mirrors no clip, the paper does where labels know no left and right (--flip)");
  missed.push_back("draws a new head as other layers, the paper with deviation 0.001");
  return missed;
}

}  // namespace adafuse::cli
