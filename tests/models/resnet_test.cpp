// ResNets: the names of their weights and how many there are.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "lively_model.hpp"

namespace resnet_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

std::vector<std::string> state_names(const ModelConfig& config) {
  std::vector<std::string> names;
  for (const auto& item : nn::state(VideoModel<float>(config, Key(0)))) names.push_back(item.name);
  return names;
}

std::vector<std::string> norm_names(const std::string& name) {
  return {name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var"};
}

}  // namespace

TEST_CASE("resnet: weights are named as torchvision names them") {
  std::vector<std::string> expected;
  const auto conv = [&](const std::string& name) { expected.push_back(name + ".weight"); };
  const auto norm = [&](const std::string& name) {
    for (const auto& n : norm_names(name)) expected.push_back(n);
  };
  conv("conv1"), norm("bn1");
  for (const std::string block : {"layer1.0", "layer2.0", "layer3.0"}) {
    conv(block + ".conv1"), norm(block + ".bn1"), conv(block + ".conv2"), norm(block + ".bn2");
    if (block != "layer1.0") conv(block + ".downsample.0"), norm(block + ".downsample.1");
  }
  expected.push_back("fc.weight"), expected.push_back("fc.bias");
  CHECK(state_names(small_config("resnet8", "tsm")) == expected);
}

TEST_CASE("resnet: an agent's weights stand under its block") {
  const auto names = state_names(small_config("resnet8", "adafuse"));
  for (const std::string name :
       {"layer2.0.policy_net.gate_fc0.weight", "layer2.0.policy_net.gate_fc0.bias",
        "layer2.0.policy_net.gate_bn.running_var", "layer2.0.policy_net.gate_fc1.weight"}) {
    INFO(name);
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  }
}

TEST_CASE("resnet: shared linears are listed once, outside of the blocks") {
  auto config = small_config("resnet14", "adafuse");
  config.shared_policy = true;
  const auto names = state_names(config);
  // Sizes (2c, 3c'): layer1 has 32 -> 48 twice, layer2 32 -> 96 and 64 -> 96, layer3 64 -> 192 and
  // 128 -> 192.
  Index linears = 0;
  for (const auto& name : names)
    linears += name.find("gate_fc0") != std::string::npos && name.ends_with(".weight");
  CHECK(linears == 5);
  CHECK(std::count(names.begin(), names.end(), "gate_fc0s.32_48.weight") == 1);
  CHECK(std::count(names.begin(), names.end(), "layer1.1.policy_net.gate_bn.weight") == 1);
}

TEST_CASE("resnet: second agents stand beside the first, and share with who has their sizes") {
  auto config = small_config("resnet8", "adafuse");
  config.policy_both = true;
  const auto names = state_names(config);
  CHECK(std::count(names.begin(), names.end(), "layer2.0.policy_net.gate_fc0.weight") == 1);
  CHECK(std::count(names.begin(), names.end(), "layer2.0.policy_net2.gate_fc0.weight") == 1);
  config.shared_policy = true;
  // layer1 has 32 -> 48 twice; layer2 32 -> 96 and 64 -> 96; layer3 64 -> 192 and 128 -> 192.
  const auto shared = state_names(config);
  CHECK(std::count_if(shared.begin(), shared.end(), [](const std::string& name) {
          return name.find("gate_fc0") != std::string::npos && name.ends_with("weight");
        }) == 5);
  config.adaptive_stages = {3};
  for (const auto& name : state_names(config))
    CHECK((name.find("policy_net") == std::string::npos || name.starts_with("layer3")));
}

TEST_CASE("resnet: the sizes of agents: fixed, by quota, relative, in groups, of 1, 2, 3 linears") {
  auto config = small_config("resnet8", "adafuse");
  const auto sizes = [&] {  // of layer2.0: 16 -> 32 channels
    AgentMaker<float> agents(config, Key(0));
    return agents.make({"layer2.0", 2}, 16, 32)->config().sizes();
  };
  CHECK(sizes() == std::vector<Index>{32, 6, 96});
  config.policy_relative = 1.5;
  CHECK(sizes() == std::vector<Index>{32, 48, 96});
  config.policy_groups_of = 4;
  CHECK(sizes() == std::vector<Index>{32, 12, 24});
  config.policy_quota = 100;
  CHECK(sizes() == std::vector<Index>{32, 12, 24});
  config.policy_groups_of = 1;
  CHECK(sizes() == std::vector<Index>{32, 3, 96});
  config.policy_quota = 10;
  CHECK(sizes() == std::vector<Index>{32, 1, 96});
  config.policy_layers = 3;
  CHECK(sizes() == std::vector<Index>{32, 1, 1, 96});
  config.policy_layers = 1;
  CHECK(sizes() == std::vector<Index>{32, 96});
  config.policy_groups_of = 3;
  CHECK_THROWS_WITH_AS(sizes(), "policy: 32 channels do not make groups of 3", ValueError);
}

TEST_CASE("resnet: agents fit their network, unless told how large they are") {
  const auto hidden = [](const std::string& model, Index decisions) {
    ModelConfig config;
    config.model = model;
    return policy_hidden(config, decisions);
  };
  for (const std::string narrow : {"resnet8", "resnet14", "resnet20"}) {
    CHECK(hidden(narrow, 16) == 32);
    CHECK(hidden(narrow, 64) == 128);
  }
  for (const std::string paper : {"resnet18", "resnet34", "resnet50", "resnet101", "bninception"})
    CHECK(hidden(paper, 64) == 1024);
  ModelConfig config;
  config.policy_hidden = 1024;
  CHECK(policy_hidden(config, 16) == 1024);
  CHECK(with_agent_size(config) == config);
  config.policy_hidden = 0;
  config.policy_quota = 320;
  CHECK(policy_hidden(config, 16) == 20);
  config.policy_quota = 0;
  config.policy_relative = 3;
  CHECK(policy_hidden(config, 16) == 48);
}

TEST_CASE("resnet: a size of agents that was said is one that files of any time hold") {
  ModelConfig config;
  config = with_agent_size(config);
  CHECK(config.policy_hidden == 1024);
  CHECK(config.policy_relative == 2);
  ModelConfig paper;
  paper.model = "resnet50";
  paper = with_agent_size(paper);
  CHECK(paper.policy_hidden == 1024);
  CHECK(paper.policy_relative == 0);
}

TEST_CASE("resnet: parameters counted by hand") {
  const auto block = [](Index in, Index out) {
    const Index downsample = in == out ? 0 : in * out + 2 * out;
    return 9 * in * out + 2 * out + 9 * out * out + 2 * out + downsample;
  };
  const Index ends = 27 * 16 + 32 + 64 * 5 + 5;
  for (const Index n : {1, 2, 3}) {
    const std::string name = "resnet" + std::to_string(6 * n + 2);
    const Index more = (n - 1) * (block(16, 16) + block(32, 32) + block(64, 64));
    INFO(name);
    CHECK(nn::parameter_count(VideoModel<float>(small_config(name, "none"), Key(0))) ==
          ends + block(16, 16) + block(16, 32) + block(32, 64) + more);
  }
  const Index hidden = 6;
  const auto agent = [&](Index in, Index out) {
    return hidden * (2 * in + 1) + 2 * hidden + 3 * out * (hidden + 1);
  };
  CHECK(nn::parameter_count(VideoModel<float>(small_config("resnet8", "adafuse"), Key(0))) ==
        ends + block(16, 16) + block(16, 32) + block(32, 64) + agent(16, 16) + agent(16, 32) +
            agent(32, 64));
}

TEST_CASE("resnet: torchvision's networks have torchvision's number of parameters") {
  const std::map<std::string, Index> known{{"resnet18", 11689512}, {"resnet50", 25557032}};
  for (const auto& entry : known) {
    auto config = small_config(entry.first, "none");
    config.classes = 1000;
    INFO(entry.first);
    CHECK(nn::parameter_count(VideoModel<float>(config, Key(0))) == entry.second);
  }
}

TEST_CASE("resnet: a stem stride is refused where the stem has its own") {
  auto config = small_config("resnet18", "none");
  config.stem_stride = 2;
  CHECK_THROWS_WITH_AS(VideoModel<float>(config, Key(0)),
                       doctest::Contains("resnet18: its stem has stride 2"), ValueError);
}

}  // namespace resnet_test
