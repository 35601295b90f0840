// Networks whose agents see less, remember more or may choose less: trained, gone on with, written
// and read.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/probe.hpp>
#include <adafuse/train/trained_model.hpp>
#include <adafuse/train/unfinished_run.hpp>

#include "tiny_run.hpp"

namespace ablated_training_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

TrainConfig config_of(PolicySees sees, AllowedActions actions) {
  auto config = tiny_config();
  config.model.policy_sees = sees;
  config.model.actions = actions;
  return config;
}

/// Trains until the second epoch has begun, and goes on from what was written.
void train_in_two(const TinyGestures& gestures, const TrainConfig& config,
                  const std::string& name) {
  const auto dataset = data::load_dataset(gestures.dir);
  const auto dir = gestures.run(name);
  {
    Trainer trainer(config, dataset);
    RunWriter writer(dir);
    Index steps = 0;
    CHECK_THROWS_AS(trainer.run(writer, {.stop = [&steps] { return ++steps > 2; }}), Interrupted);
  }
  const auto left = find_unfinished(dir);
  CHECK(left.config.model.policy_sees == config.model.policy_sees);
  CHECK(left.config.model.actions == config.model.actions);
  Trainer trainer(left.config, dataset);
  RunWriter writer(io::GoOn{}, dir);
  trainer.run(writer, {});
}

}  // namespace

TEST_CASE("ablated training: what is excluded is decided by no clip, in one go or in two") {
  const TinyGestures gestures("ablated_training");
  const auto dataset = data::load_dataset(gestures.dir);
  for (const auto sees : {PolicySees::both, PolicySees::now, PolicySees::memory, PolicySees::none})
    for (const auto actions : {AllowedActions::keep_skip, AllowedActions::keep_reuse}) {
      INFO(io::word_of(sees) << " " << io::word_of(actions));
      const auto config = config_of(sees, actions);
      const std::string name = io::word_of(sees) + io::word_of(actions);
      train_tiny(gestures, config, name);
      train_in_two(gestures, config, name + "-two");
      const RunFiles one(gestures.run(name)), two(gestures.run(name + "-two"));
      CHECK(io::read_file(one.last()) == io::read_file(two.last()));
      const auto saved = load_model(one.best());
      CHECK(saved.card.config.policy_sees == sees);
      CHECK(saved.card.config.actions == actions);
      const data::Loader loader(dataset.val, test_loader(saved.card.input, 4, 9));
      for (const bool sample : {false, true}) {
        const auto decided =
            evaluate(saved.model, loader, {.key = Key(1), .sample = sample, .keep_decisions = true})
                .decisions;
        REQUIRE(!decided.empty());
        for (const auto& [block, all] : decided)
          for (const auto action : all) CHECK(allows(actions, Action{action}));
      }
      const auto probed =
          probe(saved.model, dataset.train, dataset.val, test_loader(saved.card.input, 4, 9), {});
      CHECK(probed.rows.size() == 7);
      if (sees == PolicySees::none) CHECK(probed.varying_features == 0);
    }
}

TEST_CASE("ablated training: three actions and both frames are what was trained before") {
  const TinyGestures gestures("ablated_training_default");
  train_tiny(gestures, tiny_config(), "as-it-comes");
  train_tiny(gestures, config_of(PolicySees::both, AllowedActions::keep_reuse_skip), "said");
  CHECK(io::read_file(RunFiles(gestures.run("as-it-comes")).last()) ==
        io::read_file(RunFiles(gestures.run("said")).last()));
}

TEST_CASE("ablated training: one frame a step is refused where agents have batch norms") {
  for (const auto sees :
       {PolicySees::both, PolicySees::now, PolicySees::memory, PolicySees::none}) {
    auto config = config_of(sees, AllowedActions::keep_reuse_skip);
    config.model.frames = 1;
    config.batch = 1;
    if (sees == PolicySees::both || sees == PolicySees::now)
      CHECK_THROWS_WITH_AS(
          check(config), "batch: a step of one frame has no statistics for the agents' batch norms",
          ValueError);
    else
      CHECK_NOTHROW(check(config));
  }
}

TEST_CASE("ablated training: agents that see nothing share nothing") {
  auto config = config_of(PolicySees::none, AllowedActions::keep_reuse_skip);
  config.model.shared_policy = true;
  CHECK_THROWS_WITH_AS(check(config),
                       "model: shared policy: agents that see nothing have no linears to share",
                       ValueError);
}

}  // namespace ablated_training_test
