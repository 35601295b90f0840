// A session that skips gives what `forward` gives that multiplies by zero and one; and it is
// charged for just what it runs.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <limits>

#include "session_cases.hpp"

namespace clip_session_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::ModelConfig;
using models::small_config;
using models::VideoModel;

namespace {

const char* const fusions[] = {"none", "tsm", "adafuse", "adafuse-tsm"};

ModelConfig config_of(const std::string& name, const std::string& fusion) {
  auto config = small_config(name, fusion);
  config.stem_stride = name.starts_with("resnet8") ? 2 : 1;
  return config;
}

/// Session and forward on two clips, under one policy.
template <class T>
void check_session(const VideoModel<T>& model, const Tensor<T>& clip, const Policy& policy,
                   double tolerance) {
  const auto expected = masked_dense(model, clip, policy);
  ClipSession<T> session(fold(model, clip.size(3), clip.size(4)), clip.size(0), clip.size(1));
  session.set_decider(decider_of(policy));
  INFO(policy.name << ", T = " << clip.size(1) << ", margin " << least_margin(expected.decisions));
  const auto logits = session.run(clip);
  for (std::size_t b = 0; b < expected.decisions.size(); ++b) {
    const auto taken = expected.decisions[b].actions(), same = session.actions(b);
    CHECK(std::equal(taken.begin(), taken.end(), same.begin()));
  }
  CHECK(relative_difference(logits, expected.logits.value()) < tolerance);
}

template <class T>
Tensor<T> clip_of(Index clips, Index frames, Index height, Index width) {
  return Tensor<T>::randn({clips, frames, 3, height, width}, Key(11));
}

}  // namespace

TEST_CASE("clip session: forward's logits and decisions, in double to rounding") {
  for (const std::string name : {"resnet8", "resnet14"})
    for (const std::string fusion : fusions) {
      INFO(name << " " << fusion);
      const auto model = models::lively_model<double>(config_of(name, fusion));
      for (const auto& policy : policies) {
        if (!model.config().fusion.adaptive && !policy.agents) continue;
        check_session(model, clip_of<double>(2, 3, 9, 13), policy, 1e-11);
      }
    }
}

TEST_CASE("clip session: every backbone, in float, by lot, nothing and everything") {
  const std::pair<const char*, const char*> networks[] = {{"resnet18", "adafuse-tsm"},
                                                          {"resnet50", "adafuse"},
                                                          {"bninception", "adafuse-tsm"},
                                                          {"bninception", "none"}};
  for (const auto& network : networks) {
    auto config = config_of(network.first, network.second);
    INFO(config.model << " " << to_string(config.fusion));
    config.agents = false;
    config.consensus =
        config.model == "resnet18" ? models::Consensus::lstm : models::Consensus::average;
    config.lstm_hidden = 7;
    const auto model = models::lively_model<float>(config);
    for (const auto& policy : policies)
      if (policy.agents != config.fusion.adaptive && policy.shares.keep < 0.5)
        check_session(model, clip_of<float>(1, 2, 33, 37), policy, 1e-4);
    if (!config.fusion.adaptive)
      check_session(model, clip_of<float>(1, 2, 33, 37), policies[0], 1e-4);
  }
}

TEST_CASE("clip session: clips of 1, 2, 8 and 30 frames") {
  const auto model = models::lively_model<float>(config_of("resnet8", "adafuse-tsm"));
  for (const Index frames : {1, 2, 8, 30})
    for (const auto& policy : policies)
      check_session(model, clip_of<float>(2, frames, 11, 8), policy, 1e-4);
}

TEST_CASE("clip session: only some blocks decide, and agents of every kind") {
  for (const std::string name : {"resnet14", "bninception"}) {
    auto config = config_of(name, "adafuse");
    config.adaptive_blocks = {name == "resnet14" ? "layer2.1" : "inception_3b"};
    check_session(models::lively_model<float>(config), clip_of<float>(1, 2, 33, 37), policies[1],
                  1e-4);
  }
  auto config = config_of("resnet14", "adafuse");
  config.shared_policy = true;
  check_session(models::lively_model<double>(config), clip_of<double>(2, 4, 9, 13), policies[0],
                1e-11);
}

TEST_CASE("clip session: the work that it gives to the kernels is what run_macs charges") {
  for (const std::string fusion : {"adafuse", "adafuse-tsm"})
    for (const std::string name : {"resnet14", "bninception"}) {
      if (name == "bninception" && fusion == "adafuse") continue;
      INFO(name << " " << fusion);
      auto config = config_of(name, fusion);
      config.agents = false;
      const auto model = models::lively_model<float>(config);
      const auto clip = clip_of<float>(2, 3, 33, 37);
      for (const auto& policy : policies) {
        if (policy.agents) continue;
        ClipSession<float> session(fold(model, 33, 37), 2, 3);
        session.set_decider(decider_of(policy));
        Ledger ledger;
        session.set_ledger(&ledger);
        session.run(clip);
        std::map<std::string, Tensor<std::uint8_t>> actions;
        for (std::size_t b = 0; b < session.network().blocks.size(); ++b)
          actions[session.network().blocks[b].name] = session.actions(b);
        const auto plan = model.plan(33, 37);
        CHECK(ledger.total(&LedgerRow::macs_run) ==
              doctest::Approx(models::run_macs(plan, actions, 3, 6)).epsilon(1e-12));
        CHECK(ledger.total(&LedgerRow::macs) == doctest::Approx(6 * plan.macs()).epsilon(1e-12));
        CHECK(ledger.frames == 6);
      }
    }
}

TEST_CASE("clip session: agents that decide are charged, agents that are not asked are not") {
  const auto model = models::lively_model<float>(config_of("resnet8", "adafuse"));
  const auto plan = model.plan(9, 9);
  ClipSession<float> session(fold(model, 9, 9), 1, 2);
  Ledger asked, idle;
  session.set_ledger(&asked);
  session.run(clip_of<float>(1, 2, 9, 9));
  CHECK(asked.policy(&LedgerRow::macs_run) == doctest::Approx(2 * plan.agent_macs()));
  session.set_ledger(&idle);
  session.set_decider(keep_everything());
  session.run(clip_of<float>(1, 2, 9, 9));
  CHECK(idle.policy(&LedgerRow::macs_run) == 0);
  CHECK(idle.macs_fraction() == doctest::Approx(1));
}

TEST_CASE("clip session: what is dead is not read, whatever it holds") {
  for (const std::string name : {"resnet14", "bninception"}) {
    auto config = config_of(name, "adafuse-tsm");
    config.agents = false;
    const auto model = models::lively_model<float>(config);
    const auto clip = clip_of<float>(2, 3, 33, 37);
    ClipSession<float> session(fold(model, 33, 37), 2, 3);
    session.set_decider(decider_of(policies[1]));
    const auto clean = session.run(clip).clone();
    session.set_decider(keep_everything());
    session.run(Tensor<float>::full(clip.shape(), std::numeric_limits<float>::quiet_NaN()));
    session.set_decider(decider_of(policies[1]));
    const auto after = session.run(clip);
    INFO(name);
    CHECK(std::equal(clean.begin(), clean.end(), after.begin()));
  }
}

TEST_CASE("clip session: fewer clips than it has room for, numbered as they come") {
  auto config = config_of("resnet8", "adafuse");
  config.agents = false;
  const auto model = models::lively_model<float>(config);
  const auto clip = clip_of<float>(3, 2, 9, 9);
  ClipSession<float> session(fold(model, 9, 9), 3, 2);
  session.set_decider(decider_of(policies[1]));
  const auto all = session.run(clip).clone();
  const auto second = session.run(clip.narrow(1, 2), 1);
  CHECK(second.shape() == Shape{1, 5});
  CHECK(models::largest_difference(second, all.narrow(1, 2)) < 1e-5);
}

TEST_CASE("clip session: the bits do not depend on the number of threads") {
  const auto model = models::lively_model<float>(config_of("bninception", "adafuse"));
  const auto clip = clip_of<float>(1, 2, 33, 37);
  ClipSession<float> session(fold(model, 33, 37), 1, 2);
  const int before = num_threads();
  set_num_threads(1);
  const auto one = session.run(clip).clone();
  set_num_threads(3);
  const auto three = session.run(clip);
  set_num_threads(before);
  CHECK(std::equal(one.begin(), one.end(), three.begin()));
}

TEST_CASE("clip session: what does not fit is refused") {
  auto config = config_of("resnet8", "adafuse");
  config.agents = false;
  const VideoModel<float> model(config, Key(0));
  for (const Index frames : {Index{0}, Index{1} << 60, std::numeric_limits<Index>::max()})
    CHECK_THROWS_AS(ClipSession<float>(fold(model, 9, 9), 2, frames), ValueError);
  ClipSession<float> session(fold(model, 9, 9), 1, 2);
  CHECK_THROWS_WITH_AS(session.run(clip_of<float>(1, 3, 9, 9)),
                       "clip session: expects up to 1 clips [N,2,3,9,9], got [1,3,3,9,9]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      session.run(clip_of<float>(1, 2, 9, 9)),
      "clip session: layer1.0 has no agent; a decider must say which channels to keep", ValueError);
}

}  // namespace clip_session_test
