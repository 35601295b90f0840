// The rule for lambda inside of a training, and what the run's files say of it and of the agents.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tiny_run.hpp"

namespace lambda_in_training_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// The first epoch of a run by this rule.
EpochMetrics first_epoch(const TinyGestures& gestures, LambdaRule rule) {
  auto config = tiny_config();
  config.lambda_rule = rule;
  config.lambda_from = 0;
  config.epochs = 1;
  EpochMetrics first;
  train_tiny(gestures, config, "run", {.epoch = [&](const EpochMetrics& m) { first = m; }});
  return first;
}

}  // namespace

TEST_CASE("lambda in training: before anything was learned the loss is the cross-entropy") {
  const TinyGestures gestures("lambda-first");
  for (const auto rule : {LambdaRule::half_learned, LambdaRule::learned_squared,
                          LambdaRule::learned, LambdaRule::left_chance}) {
    const auto m = first_epoch(gestures, rule);
    CHECK(m.train.lambda < 0.05);
    CHECK(m.train.loss - m.train.cross_entropy < 0.05);
  }
  const auto m = first_epoch(gestures, LambdaRule::epoch);
  CHECK(m.train.lambda == 0.5);
  CHECK(m.train.loss - m.train.cross_entropy == doctest::Approx(0.5 * m.train.cost).epsilon(1e-4));
}

TEST_CASE("lambda in training: the files say the rule, and how large the agents are") {
  const TinyGestures gestures("lambda-files");
  TrainConfig config;
  config.model.fusion.adaptive = true;
  config.model.frames = 4;
  config.model.stem_stride = 2;
  config.epochs = 1;
  config.batch = 9;
  train_tiny(gestures, config, "run");
  const RunFiles files(gestures.run("run"));
  const auto json = io::read_json(files.config());
  CHECK(json["lambda_rule"] == "half-learned");
  CHECK(json["model"]["policy_relative"] == 2);
  CHECK(json["model"]["policy_hidden"] == 1024);
  const auto saved = load_model(files.best());
  CHECK(saved.card.config.policy_relative == 2);
  CHECK(nn::state_tensors(saved.model).at("layer3.0.policy_net.gate_fc0.weight").shape() ==
        Shape{128, 64});
}

}  // namespace lambda_in_training_test
