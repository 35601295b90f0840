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
  config.policy = parse_policy("random:0.5,0.3,0.2");
  config.rate = 0.01;
  config.flip = true;
  config.size = 112;
  config.transform.crop = data::Crop::resized;
  config.transform.resized = {.least_area = 0.5, .aspect = 1.5};
  config.transform.jitter = {.brightness = 0.4, .contrast = 0.3, .saturation = 0.2, .hue = 0.1};
  config.transform.erase = 0.25;
  config.transform.sampling = data::FrameSampling::dense;
  config.normalisation.mean = {0.5f, 0.25f, 0.1f};
  config.model.policy_layers = 3;
  config.model.policy_relative = 0.5;
  config.model.policy_pool = PolicyPool::max;
  config.model.policy_groups_of = 4;
  config.model.policy_both = true;
  config.model.policy_sees = PolicySees::now;
  config.model.actions = AllowedActions::keep_skip;
  config.estimator = Estimator::reinforce;
  config.optimizer = Optimizer::sgd;
  config.schedule = Schedule::constant;
  config.cost = CostKind::upper_bound;
  config.model.consensus = models::Consensus::lstm;
  config.cost_loss = CostDistance::squared;
  config.cost_target = 0.4;
  config.lambda_rule = LambdaRule::left_chance;
  config.detach_history = true;
  config.draws = 4;
  config.agent_clip_norm = 0.5;
  config.seed = 18446744073709551615u;
  const auto json = to_json(config);
  const auto back = from_json<TrainConfig>(io::parse_json(io::json_text(json), "c"), "c");
  CHECK(to_json(back) == json);
  CHECK(back.model == config.model);
  CHECK(back.normalisation == config.normalisation);
  CHECK(back.transform == config.transform);
  CHECK(back.seed == config.seed);
  CHECK(json["model"]["fusion"] == "adafuse-tsm");
  CHECK(json["model"]["policy_pool"] == "max");
  CHECK(json["model"]["policy_sees"] == "now");
  CHECK(json["model"]["actions"] == "keep,skip");
  CHECK(json["model"]["consensus"] == "lstm");
  CHECK(json["policy"] == "random:0.5,0.3,0.2");
  CHECK(json["estimator"] == "reinforce");
  CHECK(json["optimizer"] == "sgd");
  CHECK(json["schedule"] == "constant");
  CHECK(json["cost"] == "upper-bound");
  CHECK(json["cost_loss"] == "squared");
  CHECK(json["lambda_rule"] == "left-chance");
}

TEST_CASE("config: files of before there were transforms mirror clips and keep their labels") {
  auto json = to_json(TrainConfig{});
  CHECK(json.erase("transform") == 1);
  const auto old = from_json<TrainConfig>(json, "c").transform;
  CHECK(old == transforms_of_old_runs);
  CHECK(old.flip_labels == data::FlipLabels::keep);
  CHECK(old.fit == data::Fit::any);
  json["transform"] = {{"crop", "spiral"}};
  CHECK_THROWS_AS(from_json<TrainConfig>(json, "c"), FormatError);
  json["transform"] = {{"sampling", "twice"}};
  CHECK_THROWS_AS(from_json<TrainConfig>(json, "c"), FormatError);
  json["transform"] = {{"hue", 2}};
  CHECK_THROWS_AS(from_json<TrainConfig>(json, "c"), FormatError);
}

TEST_CASE("config: files of before the agents had variants still say the same") {
  auto json = to_json(TrainConfig{});
  for (const char* key : {"policy_relative", "policy_layers", "policy_pool", "policy_groups_of",
                          "policy_both", "policy_sees", "actions"})
    CHECK(json["model"].erase(key) == 1);
  for (const char* key : {"cost_loss", "cost_target", "estimator", "detach_history"})
    CHECK(json.erase(key) == 1);
  CHECK(to_json(from_json<TrainConfig>(json, "c")) == to_json(TrainConfig{}));
  json["model"]["policy_layers"] = 2.5;
  CHECK_THROWS_AS(from_json<TrainConfig>(json, "c"), FormatError);
}

TEST_CASE(
    "config: of before there were rules for lambda, files mean an epoch and their own agents") {
  auto json = to_json(TrainConfig{});
  CHECK(json.erase("lambda_rule") == 1);
  json["lambda_from"] = 4;
  json["model"]["policy_hidden"] = 1024;
  const auto old = from_json<TrainConfig>(json, "c");
  CHECK(old.lambda_rule == LambdaRule::epoch);
  CHECK(old.lambda_from == 4);
  CHECK(models::policy_hidden(old.model, 16) == 1024);
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
  refused("lambda-from has no effect with lambda-rule half-learned",
          [](auto& c) { c.lambda_from = 1; });
  refused("from 0 to 1, got -0.1", [](auto& c) { c.cost_target = -0.1; });
  refused("from 0 to 1, got 2", [](auto& c) { c.cost_target = 2; });
  refused("at most 4096, got 100000", [](auto& c) { c.model.frames = 100000; });
  refused("at most 8, got 100", [](auto& c) { c.model.stem_stride = 100; });
}

TEST_CASE("config: what no network can be built of, or decide by, is told before training") {
  const auto refused = [](const std::string& text, const auto& change) {
    TrainConfig config;
    config.model.fusion.adaptive = true;
    CHECK_NOTHROW(check(config));
    change(config);
    CHECK_THROWS_WITH_AS(check(config), doctest::Contains(text.c_str()), ValueError);
  };
  refused("got 'resnet9'", [](auto& c) { c.model.model = "resnet9"; });
  refused("frames must be positive", [](auto& c) { c.model.frames = 0; });
  refused("classes must be positive, got -1", [](auto& c) { c.model.classes = -1; });
  refused("resnet8: has no stage 4", [](auto& c) { c.model.adaptive_stages = {4}; });
  refused("do not make groups of 3", [](auto& c) { c.model.policy_groups_of = 3; });
  refused("learned needs agents", [](auto& c) { c.model.agents = false; });
  refused("a step of one frame", [](auto& c) { c.batch = c.model.frames = 1; });
  refused("add up to 1", [](auto& c) { c.policy = {PolicyChoice::Kind::random, {0.5, 0.5, 0.5}}; });
}

TEST_CASE("config: another word than those that there are is told with them and the file") {
  const auto told = [](const char* key, const char* text) {
    auto json = to_json(TrainConfig{});
    (json.contains(key) ? json : json["model"])[key] = "x";
    CHECK_THROWS_WITH_AS(from_json<TrainConfig>(json, "c"), doctest::Contains(text), FormatError);
  };
  told("cost", "c: cost: expects real, upper-bound or authors, got 'x'");
  told("cost_loss", "c: cost-loss: expects absolute or squared, got 'x'");
  told("estimator",
       "c: estimator: expects gumbel, soft-gumbel, straight-through or reinforce, got 'x'");
  told("lambda_rule",
       "c: lambda-rule: expects half-learned, learned, learned-squared, left-chance or epoch, "
       "got 'x'");
  told("optimizer", "c: optimizer: expects adamw, adam or sgd, got 'x'");
  told("schedule", "c: schedule: expects one-cycle, cosine, step or constant, got 'x'");
  told("policy",
       "c: policy: expects learned, keep-all, random:k,r,s, magnitude:k,r,s or change:t, got 'x'");
  told("consensus", "c: model: consensus: expects average or lstm, got 'x'");
  told("policy_pool", "c: model: policy-pool: expects average or max, got 'x'");
  told("policy_sees", "c: model: policy-sees: expects both, now, memory or none, got 'x'");
  told("actions", "c: model: actions: expects keep,reuse,skip, keep,skip or keep,reuse, got 'x'");
}

}  // namespace config_test
