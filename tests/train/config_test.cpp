// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/config.hpp>

namespace config_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("config: every field goes to JSON and back") {
  TrainConfig config;
  config.model.model = "resnet20";
  config.model.fusion = models::parse_fusion("adafuse-tsm");
  config.model.classes = 9;
  config.model.agents = false;
  config.policy = "random:0.5,0.3,0.2";
  config.rate = 0.01;
  config.flip = true;
  config.size = 112;
  config.normalisation.mean = {0.5f, 0.25f, 0.1f};
  config.model.policy_layers = 3;
  config.model.policy_relative = 0.5;
  config.model.policy_pool = "max";
  config.model.policy_groups_of = 4;
  config.model.policy_both = true;
  config.estimator = "reinforce";
  config.cost_loss = "squared";
  config.cost_target = 0.4;
  config.detach_history = true;
  config.seed = 18446744073709551615u;
  const auto json = to_json(config);
  const auto back = from_json<TrainConfig>(io::parse_json(io::json_text(json), "c"), "c");
  CHECK(to_json(back) == json);
  CHECK(back.model == config.model);
  CHECK(back.normalisation == config.normalisation);
  CHECK(back.seed == config.seed);
  CHECK(json["model"]["fusion"] == "adafuse-tsm");
}

TEST_CASE("config: files of before the agents had variants still say the same") {
  auto json = to_json(TrainConfig{});
  for (const char* key :
       {"policy_relative", "policy_layers", "policy_pool", "policy_groups_of", "policy_both"})
    CHECK(json["model"].erase(key) == 1);
  for (const char* key : {"cost_loss", "cost_target", "estimator", "detach_history"})
    CHECK(json.erase(key) == 1);
  CHECK(to_json(from_json<TrainConfig>(json, "c")) == to_json(TrainConfig{}));
  json["model"]["policy_layers"] = 2.5;
  CHECK_THROWS_AS(from_json<TrainConfig>(json, "c"), FormatError);
}

TEST_CASE("config: what is read from a file is checked as the command line is") {
  auto json = to_json(TrainConfig{});
  json["batch"] = -1;
  CHECK_THROWS_WITH_AS(from_json<TrainConfig>(json, "config.json"),
                       "config.json: batch: must be positive, got -1", FormatError);
}

TEST_CASE("config: a fusion that there is not names the file") {
  auto json = to_json(TrainConfig{});
  json["model"]["fusion"] = "adafuze";
  CHECK_THROWS_WITH_AS(
      from_json<TrainConfig>(json, "config.json"),
      "config.json: model: fusion: expects none, tsm, adafuse or adafuse-tsm, got 'adafuze'",
      FormatError);
}

TEST_CASE("config: values that nothing can be trained with are told") {
  CHECK_NOTHROW(check(TrainConfig{}));
  const auto refused = [](const std::string& text, const auto& change) {
    TrainConfig config;
    change(config);
    CHECK_THROWS_WITH_AS(check(config), doctest::Contains(text.c_str()), ValueError);
  };
  refused("epochs: must be positive, got 0", [](auto& c) { c.epochs = 0; });
  refused("epochs and batch are at most", [](auto& c) { c.batch = Index{1} << 40; });
  refused("size is at least 0", [](auto& c) { c.size = -1; });
  refused("expects finite means", [](auto& c) { c.normalisation.deviation[1] = 0; });
  refused("batch: must be positive, got -1", [](auto& c) { c.batch = -1; });
  refused("rate: must be positive", [](auto& c) { c.rate = std::nan(""); });
  refused("rate: must be positive", [](auto& c) { c.rate = INFINITY; });
  refused("clip-norm: must be positive", [](auto& c) { c.clip_norm = 0; });
  refused("temperature: must be positive", [](auto& c) { c.temperature = 0; });
  refused("weight-decay: must not be negative", [](auto& c) { c.weight_decay = -1; });
  refused("lambda: must not be negative", [](auto& c) { c.lambda = -0.5; });
  refused("lambda: must not be negative", [](auto& c) { c.lambda = std::nan(""); });
  refused("lambda-from: must not be negative", [](auto& c) { c.lambda_from = -1; });
  refused("got 'free'", [](auto& c) { c.cost = "free"; });
  refused("got 'lerned'", [](auto& c) { c.policy = "lerned"; });
  refused("got 'score'", [](auto& c) { c.estimator = "score"; });
  refused("got 'cubic'", [](auto& c) { c.cost_loss = "cubic"; });
  refused("cost-target: must not be negative", [](auto& c) { c.cost_target = -0.1; });
}

TEST_CASE("config: the three costs have names") {
  CHECK(parse_cost("real") == CostKind::real);
  CHECK(parse_cost("upper-bound") == CostKind::upper_bound);
  CHECK(parse_cost("authors") == CostKind::authors);
}

}  // namespace config_test
