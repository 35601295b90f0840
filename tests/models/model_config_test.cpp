// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/model_config.hpp>

namespace model_config_test {

using namespace adafuse;
using namespace adafuse::models;

TEST_CASE("fusion: the four names go there and back") {
  for (const std::string name : {"none", "tsm", "adafuse", "adafuse-tsm"})
    CHECK(to_string(parse_fusion(name)) == name);
  CHECK(parse_fusion("adafuse-tsm") == Fusion{.shift = true, .adaptive = true});
}

TEST_CASE("fusion: another name is told, with the names that there are") {
  CHECK_THROWS_WITH_AS(parse_fusion("TSM"),
                       "fusion: expects none, tsm, adafuse or adafuse-tsm, got 'TSM'", ValueError);
  CHECK_THROWS_AS(parse_fusion(""), ValueError);
}

TEST_CASE("model config: numbers that no network has are told") {
  ModelConfig good;
  good.classes = 5;
  CHECK_NOTHROW(check(good));
  const auto refused = [&](const char* reason, const auto& change) {
    ModelConfig config = good;
    change(config);
    CHECK_THROWS_WITH_AS(check(config), doctest::Contains(reason), ValueError);
  };
  const Index large = std::numeric_limits<Index>::max();
  refused("classes must be positive, got 0", [](auto& c) { c.classes = 0; });
  refused("lstm hidden must be positive, got -1", [](auto& c) { c.lstm_hidden = -1; });
  refused("lstm hidden is at most", [&](auto& c) { c.lstm_hidden = large; });
  refused("policy quota must not be negative, got -1", [](auto& c) { c.policy_quota = -1; });
  refused("policy relative is at most", [](auto& c) { c.policy_relative = 1e18; });
  const auto remember = [](auto& c) { c.policy_sees = PolicySees::memory; };
  refused("shared policy: agents with a memory share no linears",
          [&](auto& c) { remember(c), c.shared_policy = true; });
  refused("policy layers: a memory and one linear are 2, got 3",
          [&](auto& c) { remember(c), c.policy_layers = 3; });
  refused("p must be in [0, 1), got nan", [](auto& c) { c.dropout = std::nan(""); });
}

TEST_CASE("model config: agents have batch norms between linears, and nowhere else") {
  ModelConfig config;
  CHECK_FALSE(agents_have_norms(config));  // there are no agents
  config.fusion.adaptive = true;
  CHECK(agents_have_norms(config));
  const auto without = [&](const auto& change) {
    ModelConfig other = config;
    change(other);
    return !agents_have_norms(other);
  };
  CHECK(without([](auto& c) { c.agents = false; }));
  CHECK(without([](auto& c) { c.policy_layers = 1; }));
  CHECK(without([](auto& c) { c.policy_sees = PolicySees::none; }));
  CHECK(without([](auto& c) { c.policy_sees = PolicySees::memory; }));
  CHECK_FALSE(without([](auto& c) { c.policy_sees = PolicySees::now; }));
}

TEST_CASE("adaptive blocks: all, those of a stage, those that are named") {
  ModelConfig config;
  CHECK_FALSE(is_adaptive(config, {"layer1.0", 1}));
  config.fusion.adaptive = true;
  CHECK(is_adaptive(config, {"layer1.0", 1}));
  config.adaptive_stages = {4};
  CHECK(is_adaptive(config, {"layer4.1", 4}));
  CHECK(is_adaptive(config, {"inception_4e", 4}));
  CHECK_FALSE(is_adaptive(config, {"layer3.4", 3}));
  // A stage is said and not read in the name, whose first digit may be another's.
  CHECK(is_adaptive(config, {"path1.stage4.0", 4}));
  CHECK_FALSE(is_adaptive(config, {"layer40.0", 40}));
  config.adaptive_blocks = {"layer3.4"};
  CHECK(is_adaptive(config, {"layer3.4", 3}));
  CHECK_FALSE(is_adaptive(config, {"layer3.3", 3}));
}

TEST_CASE("adaptive blocks: a stage or a block that the network has not is told") {
  const std::vector<BlockPlace> blocks{{"layer1.0", 1}, {"layer2.0", 2}};
  ModelConfig config;
  config.fusion.adaptive = true;
  config.adaptive_stages = {1, 2};
  config.adaptive_blocks = {"layer2.0"};
  CHECK_NOTHROW(check_adaptive(config, blocks));
  config.adaptive_stages = {1, 3};
  CHECK_THROWS_WITH_AS(check_adaptive(config, blocks), "resnet8: has no stage 3", ValueError);
  config.adaptive_stages = {};
  config.adaptive_blocks = {"layer2.1"};
  CHECK_THROWS_WITH_AS(check_adaptive(config, blocks), "resnet8: has no block 'layer2.1'",
                       ValueError);
  config.fusion.adaptive = false;
  CHECK_THROWS_AS(check_adaptive(config, blocks), ValueError);
}

}  // namespace model_config_test
