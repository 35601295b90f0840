// A run that is left after any step and gone on with ends as if it had never been left.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/unfinished_run.hpp>

#include "tiny_run.hpp"

namespace resume_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

TrainConfig config_of(Optimizer optimizer, Estimator estimator) {
  auto config = tiny_config();
  config.optimizer = optimizer;
  config.estimator = estimator;
  config.model.frames = 2;
  config.flip = true;
  config.transform.jitter = {.brightness = 0.3, .hue = 0.1};
  config.transform.erase = 0.5;
  config.model.dropout = 0.1;
  return config;
}

/// Begins a run, or goes on with it, and leaves it when `stop` says so; true if it was left.
bool train_until(const TinyGestures& gestures, const TrainConfig& config, const std::string& name,
                 const std::function<bool()>& stop) {
  const auto dataset = data::load_dataset(gestures.dir);
  const auto dir = gestures.run(name);
  const bool begun = std::filesystem::exists(RunFiles(dir).state());
  Trainer trainer(begun ? find_unfinished(dir).config : config, dataset);
  RunWriter writer = begun ? RunWriter(io::GoOn{}, dir) : RunWriter(dir);
  try {
    trainer.run(writer, {.stop = stop});
    return false;
  } catch (const Interrupted&) {
    return true;
  }
}

void check_same_runs(const RunFiles& a, const RunFiles& b) {
  CHECK(io::read_file(a.config()) == io::read_file(b.config()));
  CHECK(io::read_file(a.metrics()) == io::read_file(b.metrics()));
  CHECK(io::read_file(a.last()) == io::read_file(b.last()));
  CHECK(io::read_file(a.best()) == io::read_file(b.best()));
  auto expected = io::read_json(a.summary()), got = io::read_json(b.summary());
  for (const char* time : {"train_seconds", "clips_per_second"}) {
    CHECK(got[time].get<double>() > 0);
    expected.erase(time), got.erase(time);
  }
  CHECK(expected == got);
  CHECK_FALSE(std::filesystem::exists(b.state()));
}

}  // namespace

/// With all that has memory of its own: the rule for lambda, averages, early stopping.
TrainConfig config_with_memory() {
  auto config = config_of(Optimizer::adamw, Estimator::gumbel);
  config.lambda_rule = LambdaRule::learned;
  config.lambda_from = 0;
  config.tuning.ema = 0.9;
  config.tuning.early_stopping = 1;
  config.tuning.label_smoothing = 0.1;
  config.tuning.accumulate = 3;
  return config;
}

TEST_CASE("resume: left at every step and every validation, a run ends as one never left") {
  const TinyGestures gestures("resume");
  int number = 0;
  for (const auto& config :
       {config_of(Optimizer::adam, Estimator::gumbel), config_of(Optimizer::sgd, Estimator::gumbel),
        config_of(Optimizer::adamw, Estimator::reinforce), config_with_memory()}) {
    CAPTURE(number);
    const auto whole = concat("whole", number), run = concat("run", number);
    ++number;
    Index asked = 0;
    CHECK_FALSE(train_until(gestures, config, whole, [&] { return ++asked < 0; }));
    CHECK(asked == 6);  // two epochs of two steps, and a batch of validation after each
    for (Index at = 1; at <= asked; ++at) {
      const auto once = concat(run, "-", at);
      Index moment = 0;
      CHECK(train_until(gestures, config, once, [&] { return ++moment == at; }));
      CHECK_FALSE(train_until(gestures, config, once, [] { return false; }));
      check_same_runs(RunFiles(gestures.run(whole)), RunFiles(gestures.run(once)));
    }
  }
}

TEST_CASE("resume: a run on clips of several labels ends as one never left, and knows its labels") {
  const TinyGestures gestures("resume-labels");
  const auto write_lists = [&](Index apart) {
    for (const char* half : {"train", "val"}) {
      std::string list;
      for (const auto& clip : data::read_clip_list(gestures.dir / concat(half, ".txt"), 9))
        list += concat(clip.path, " ", clip.frame_count, " ", clip.labels[0], " ",
                       (clip.labels[0] + apart) % 9, "\n");
      io::overwrite_file(gestures.dir / concat(half, ".txt"), list);
    }
  };
  write_lists(3);
  auto config = config_of(Optimizer::adamw, Estimator::reinforce);
  config.several_labels = true;
  config.tuning.accumulate = 3;
  CHECK_FALSE(train_until(gestures, config, "whole", [] { return false; }));
  Index moment = 0;
  CHECK(train_until(gestures, config, "run", [&] { return ++moment == 4; }));
  auto one_label = io::read_json(RunFiles(gestures.run("run")).config());
  const auto said = one_label;
  one_label.erase("several_labels");
  io::write_json(RunFiles(gestures.run("run")).config(), one_label);
  CHECK_THROWS_WITH_AS(find_unfinished(gestures.run("run")),
                       doctest::Contains("\"several_labels\" is missing, the run began with true"),
                       ValueError);
  io::write_json(RunFiles(gestures.run("run")).config(), said);
  write_lists(4);
  const auto other = data::load_dataset(gestures.dir);
  const auto left = find_unfinished(gestures.run("run"));
  CHECK_THROWS_WITH_AS(check_same_data(left.saved.data, Trainer(left.config, other).data()),
                       doctest::Contains("differ in name, number of frames, label"), ValueError);
  write_lists(3);
  CHECK_FALSE(train_until(gestures, config, "run", [] { return false; }));
  check_same_runs(RunFiles(gestures.run("whole")), RunFiles(gestures.run("run")));
  CHECK(io::read_file(RunFiles(gestures.run("run")).metrics()).find(",val_map\n") !=
        std::string::npos);
  CHECK(load_model(RunFiles(gestures.run("run")).best()).card.several_labels);
  CHECK(io::read_json(RunFiles(gestures.run("run")).summary())["map"].get<double>() > 0);
}

TEST_CASE("resume: a run that stopped early and was killed before its summary only ends") {
  const TinyGestures gestures("resume-ended");
  auto config = tiny_config("none");
  config.epochs = 9;
  config.rate = 1e-12;  // no epoch is better than the first
  config.schedule = Schedule::constant;
  config.tuning.freeze = {"backbone"};
  config.tuning.early_stopping = 2;
  train_until(gestures, config, "whole", [] { return false; });
  const RunFiles whole(gestures.run("whole"));
  const Index epochs = std::ranges::count(io::read_file(whole.metrics()), '\n') - 1;
  REQUIRE(epochs < config.epochs);
  {
    const auto dataset = data::load_dataset(gestures.dir);
    Trainer trainer(config, dataset);
    RunWriter writer(gestures.run("run"));
    const auto killed = [&](const EpochMetrics& m) {
      if (m.epoch + 1 == epochs) throw Interrupted("here");
    };
    CHECK_THROWS_AS(trainer.run(writer, {.epoch = killed}), Interrupted);
  }
  bool trained = false;
  train_until(gestures, config, "run", [&] { return trained = true; });
  CHECK_FALSE(trained);
  check_same_runs(whole, RunFiles(gestures.run("run")));
}

TEST_CASE("resume: a run that was killed in its first step begins with it") {
  const TinyGestures gestures("resume-first");
  const auto config = config_with_memory();
  train_until(gestures, config, "whole", [] { return false; });
  {
    const auto dataset = data::load_dataset(gestures.dir);
    Trainer trainer(config, dataset);
    RunWriter writer(gestures.run("run"));
    const auto killed = [](const Progress&) { throw Interrupted("here"); };
    CHECK_THROWS_AS(trainer.run(writer, {.step = killed}), Interrupted);
  }
  train_until(gestures, config, "run", [] { return false; });
  check_same_runs(RunFiles(gestures.run("whole")), RunFiles(gestures.run("run")));
}

TEST_CASE("resume: a run may be left again and again") {
  const TinyGestures gestures("resume-again");
  const auto config = config_of(Optimizer::adamw, Estimator::reinforce);
  train_until(gestures, config, "whole", [] { return false; });
  // Of each part the second moment ends it: a step, or a batch of validation, is done in each.
  int parts = 1;
  for (;; ++parts) {
    int moment = 0;
    if (!train_until(gestures, config, "run", [&] { return ++moment == 2; })) break;
    REQUIRE(parts < 10);
  }
  CHECK(parts > 2);
  check_same_runs(RunFiles(gestures.run("whole")), RunFiles(gestures.run("run")));
}

TEST_CASE("resume: files that a process left behind the state are brought in line with it") {
  const TinyGestures gestures("resume-repair");
  const auto config = config_of(Optimizer::adamw, Estimator::gumbel);
  train_until(gestures, config, "whole", [] { return false; });
  int moment = 0;  // the first step after an epoch: the state is that of the epoch's end
  CHECK(train_until(gestures, config, "run", [&] { return ++moment == 4; }));
  const RunFiles files(gestures.run("run"));
  io::write_file(files.metrics(), "torn");
  train_until(gestures, config, "run", [] { return false; });
  check_same_runs(RunFiles(gestures.run("whole")), files);
}

TEST_CASE("resume: other data, another configuration and a finished run are refused") {
  const TinyGestures gestures("resume-refused");
  const auto config = config_of(Optimizer::adamw, Estimator::gumbel);
  const auto dir = gestures.run("run");
  CHECK_THROWS_WITH_AS(find_unfinished(dir), doctest::Contains("holds no run that was begun"),
                       IoError);
  CHECK(train_until(gestures, config, "run", [] { return true; }));
  const auto dataset = data::load_dataset(gestures.dir);
  auto changed = config;
  changed.model.policy_hidden = 5;
  {
    Trainer trainer(changed, dataset);
    RunWriter writer(io::GoOn{}, dir);
    CHECK_THROWS_WITH_AS(trainer.run(writer),
                         doctest::Contains("\"policy_hidden\" is 5, the run began with 4"),
                         ValueError);
  }
  auto other = dataset;
  other.classes.back() += "x";
  {
    Trainer trainer(config, other);
    RunWriter writer(io::GoOn{}, dir);
    CHECK_THROWS_WITH_AS(trainer.run(writer),
                         doctest::Contains("the 9 classes differ in name or order"), ValueError);
  }
  CHECK_FALSE(train_until(gestures, config, "run", [] { return false; }));
  CHECK_THROWS_WITH_AS(find_unfinished(dir), doctest::Contains("the run is complete"), ValueError);
}

}  // namespace resume_test
