// A plan says what forward does.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "lively_model.hpp"
#include "plan_interpreter.hpp"

namespace plan_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

const char* const fusions[] = {"none", "tsm", "adafuse", "adafuse-tsm"};
const char* const cifar_models[] = {"resnet8", "resnet14", "resnet20"};

Tensor<double> clip_of(Index clips, Index frames, Index height, Index width) {
  return Tensor<double>::randn({clips, frames, 3, height, width}, Key(11));
}

/// Forward and plan under the same decisions, those of the agents or by lot.
void check_plan(const VideoModel<double>& model, const Tensor<double>& clip, bool by_lot) {
  const NoGrad guard;
  AdaptiveContext<double> ctx;
  if (by_lot) ctx.decisions = random_actions<double>({0.4, 0.3, 0.3}, Key(5));
  const auto out = model.forward(clip, ctx);
  const auto plan = model.plan(clip.size(3), clip.size(4));
  const auto given = by_lot ? taken_actions(out.decisions) : Actions{};
  const auto values = PlanInterpreter<double>(plan, given).run(clip);
  CHECK(largest_difference(values[plan.output()].value(), out.logits.value()) < 1e-9);
  // Every value has the shape that the plan announces.
  for (const auto& step : plan.steps) {
    Shape shape = values[step.output].shape();
    INFO(step.name);
    CHECK(shape.rank() == plan.values[step.output].rank() + 1);
    for (Index d = 1; d < shape.rank(); ++d) CHECK(shape[d] == plan.values[step.output][d - 1]);
  }
}

}  // namespace

TEST_CASE("plan: run step by step it gives the numbers of forward, for every network and fusion") {
  for (const std::string name : cifar_models)
    for (const std::string fusion : fusions) {
      INFO(name << " " << fusion);
      auto config = small_config(name, fusion);
      config.stem_stride = name == "resnet8" ? 2 : 1;
      check_plan(lively_model<double>(config), clip_of(2, 2, 17, 19), false);
    }
}

TEST_CASE("plan: clips of one frame and of eight, decided by the agents and by lot") {
  auto config = small_config("resnet8", "adafuse-tsm");
  config.stem_stride = 2;
  for (const bool agents : {true, false}) {
    config.agents = agents;
    const auto model = lively_model<double>(config);
    for (const Index frames : {1, 8}) {
      INFO("agents " << agents << ", frames " << frames);
      check_plan(model, clip_of(2, frames, 9, 13), true);
      if (agents) check_plan(model, clip_of(1, frames, 9, 13), false);
    }
  }
}

TEST_CASE("plan: agents of every kind, and two in a block") {
  auto config = small_config("resnet8", "adafuse-tsm");
  config.stem_stride = 2;
  config.policy_both = true;
  for (const Index layers : {1, 3}) {
    config.policy_layers = layers;
    config.policy_pool = layers == 1 ? PolicyPool::max : PolicyPool::average;
    config.policy_groups_of = layers == 1 ? 1 : 4;
    const auto model = lively_model<double>(config);
    for (const bool by_lot : {false, true}) check_plan(model, clip_of(2, 3, 9, 13), by_lot);
  }
}

TEST_CASE("plan: the deeper networks, and a recurrent consensus") {
  for (const std::string name : {"resnet18", "resnet50", "bninception"}) {
    INFO(name);
    auto config = small_config(name, "adafuse-tsm");
    config.policy_both = name == "resnet50";
    config.consensus = name == "resnet18" ? Consensus::lstm : Consensus::average;
    config.lstm_hidden = 7;
    VideoModel<float> model(config, Key(3));
    enliven(model);
    const NoGrad guard;
    const auto clip = Tensor<float>::randn({1, 2, 3, 33, 37}, Key(11));
    AdaptiveContext<float> ctx;
    ctx.decisions = random_actions<float>({0.4, 0.3, 0.3}, Key(5));
    const auto out = model.forward(clip, ctx);
    const auto plan = model.plan(33, 37);
    const auto values = PlanInterpreter<float>(plan, taken_actions(out.decisions)).run(clip);
    double size = 0;
    for (const float logit : out.logits.value())
      size = std::max(size, std::abs(static_cast<double>(logit)));
    CHECK(largest_difference(values[plan.output()].value(), out.logits.value()) < 1e-3 * size);
  }
}

TEST_CASE("plan: MACs of resnet8 with a stem of stride 2 at 32x32, by hand") {
  auto config = small_config("resnet8", "adafuse");
  config.stem_stride = 2;
  config.classes = 9;
  config.policy_hidden = 64;
  const VideoModel<float> model(config, Key(0));
  const auto plan = model.plan(32, 32);
  const double stem = 3 * 16 * 9 * 256;
  const double layer1 = 2 * 16 * 16 * 9 * 256;
  const double layer2 = (16 * 32 * 9 + 32 * 32 * 9 + 16 * 32) * 64;
  const double layer3 = (32 * 64 * 9 + 64 * 64 * 9 + 32 * 64) * 16;
  CHECK(plan.dense_macs() == stem + layer1 + layer2 + layer3 + 64 * 9);
  // hidden (2c + 3c') for each block
  CHECK(plan.agent_macs() ==
        64 * (2 * 16 + 3 * 16) + 64 * (2 * 16 + 3 * 32) + 64 * (2 * 32 + 3 * 64));
  CHECK(plan.macs() == plan.dense_macs() + plan.agent_macs());
}

TEST_CASE("plan: without agents it has the same dense network and no agents' MACs") {
  auto config = small_config("resnet8", "adafuse");
  const auto with = VideoModel<float>(config, Key(0)).plan(16, 16).dense_macs();
  config.agents = false;
  const VideoModel<float> without(config, Key(0));
  CHECK(without.plan(16, 16).agent_macs() == 0);
  CHECK(without.plan(16, 16).macs() == with);
}

TEST_CASE("plan: it says the same when its model has moved") {
  auto config = small_config("resnet8", "adafuse");
  config.consensus = Consensus::lstm;
  config.lstm_hidden = 7;
  config.shared_policy = true;
  auto first = std::make_unique<VideoModel<double>>(lively_model<double>(config));
  const auto plan = first->plan(9, 13);
  const auto clip = clip_of(1, 2, 9, 13);
  const auto before = PlanInterpreter<double>(plan, {}).run(clip)[plan.output()].value().clone();
  const VideoModel<double> second = std::move(*first);
  first.reset();
  const auto after = PlanInterpreter<double>(plan, {}).run(clip)[plan.output()].value();
  CHECK(largest_difference(before, after) == 0);
}

TEST_CASE("plan: a picture without pixels is refused") {
  const VideoModel<float> model(small_config("resnet8", "none"), Key(0));
  CHECK_THROWS_WITH_AS(model.plan(0, 8), "resnet8: pictures of 0x8 have no pixels", ValueError);
}

}  // namespace plan_test
