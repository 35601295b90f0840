// Whole runs, tiny: what they write, that they repeat, and what they say when something is wrong.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/cached_dataset.hpp>

#include "tiny_run.hpp"

namespace trainer_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

namespace fs = std::filesystem;

auto line_count(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

/// What training says; the run's last model must be readable afterwards, when there is one.
std::string complaint(const TinyGestures& gestures, const TrainConfig& config) {
  std::string text;
  try {
    train_tiny(gestures, config, "run");
  } catch (const Error& error) {
    text = error.what();
  }
  if (fs::exists(gestures.run("run")))
    CHECK_NOTHROW(load_model(RunFiles(gestures.run("run")).last()));
  return text;
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE("no '" << part << "' in '" << text << "'");
  return false;
}

}  // namespace

TEST_CASE("trainer: a run leaves its five files, and they agree with each other") {
  const TinyGestures gestures("trainer");
  std::vector<EpochMetrics> epochs;
  Index steps = 0;
  const auto summary = train_tiny(gestures, tiny_config(), "run",
                                  {.step =
                                       [&](const Progress& p) {
                                         ++steps;
                                         CHECK(p.steps == 2);
                                         CHECK(p.epoch * p.steps + p.step == steps);
                                       },
                                   .epoch = [&](const EpochMetrics& m) { epochs.push_back(m); }});
  const RunFiles files(gestures.run("run"));
  CHECK(steps == 4);
  REQUIRE(epochs.size() == 2);
  CHECK(io::read_file(files.metrics()) == csv_header() + csv_row(epochs[0]) + csv_row(epochs[1]));
  CHECK(io::read_json(files.summary()) == to_json(summary));
  CHECK(summary.fusion == "adafuse");
  CHECK(summary.train_seconds > 0);
  // Lambda counts from epoch 1 on: only that model may be the best.
  CHECK(summary.top1 == epochs[1].val.top1);
  const auto best = load_model(files.best());
  CHECK(best.card.classes.size() == 9);
  CHECK(nn::parameter_count(best.model) == summary.parameters);
  CHECK(io::read_file(files.best()) == io::read_file(files.last()));
  const auto config = from_json<TrainConfig>(io::read_json(files.config()), "config.json");
  CHECK(config.model == best.card.config);

  // The best model, read back, reaches what the summary says.
  const auto dataset = data::load_dataset(gestures.dir);
  data::LoaderConfig loader;
  loader.frames = 4;
  loader.sampling = data::Sampling::middle;
  loader.shuffle = false;
  const auto again = evaluate(best.model, data::Loader(dataset.val, loader));
  CHECK(again.top1 == summary.top1);
  CHECK(again.macs_fraction == doctest::Approx(summary.macs_fraction).epsilon(1e-12));
}

TEST_CASE("trainer: the same seed gives the same metrics.csv, for any number of threads") {
  const TinyGestures gestures("trainer-threads");
  const int threads = num_threads();
  for (const std::string fusion : {"adafuse", "tsm"}) {
    auto config = tiny_config(fusion);
    config.lambda = fusion == "tsm" ? 0 : 0.5;
    config.model.dropout = 0.1;
    std::string first, model;
    for (const int n : {1, 1, 2, 3}) {
      set_num_threads(n);
      train_tiny(gestures, config, "run");
      const RunFiles files(gestures.run("run"));
      const auto metrics = io::read_file(files.metrics());
      if (first.empty()) first = metrics, model = io::read_file(files.last());
      CHECK(metrics == first);
      CHECK(io::read_file(files.last()) == model);
    }
    config.seed = 6;
    train_tiny(gestures, config, "other");
    CHECK(io::read_file(RunFiles(gestures.run("other")).metrics()) != first);
  }
  set_num_threads(threads);
}

TEST_CASE("trainer: a handful of clips is learnt by heart") {
  const TinyGestures gestures("trainer-learns");
  auto config = tiny_config();
  config.epochs = 30;
  config.lambda_from = 30;
  config.rate = 0.01;
  double first = 0, last = 0, top1 = 0;
  train_tiny(gestures, config, "run", {.epoch = [&](const EpochMetrics& m) {
               if (m.epoch == 0) first = m.train.cross_entropy;
               last = m.train.cross_entropy;
               top1 = m.train.top1;
             }});
  CHECK(first > 1.8);
  CHECK(last < 0.7);
  CHECK(top1 > 70);
}

TEST_CASE("trainer: policies that decide from outside train without agents") {
  const TinyGestures gestures("trainer-policies");
  for (const std::string policy : {"keep-all", "random:0.4,0.3,0.3", "magnitude:0.4,0.3,0.3"}) {
    auto config = tiny_config();
    config.policy = parse_policy(policy);
    config.model.agents = false;
    config.lambda = 0;
    const auto summary = train_tiny(gestures, config, "run");
    CHECK(summary.policy == policy);
    if (policy == "keep-all")
      CHECK(summary.macs_fraction == doctest::Approx(1).epsilon(1e-12));
    else
      CHECK(summary.macs_fraction < 0.9);
    CHECK(to_string(load_model(RunFiles(gestures.run("run")).best()).card.policy) == policy);
  }
}

TEST_CASE("trainer: every estimator teaches the agents") {
  const TinyGestures gestures("trainer-estimators");
  for (const std::string name : {"gumbel", "soft-gumbel", "straight-through", "reinforce"}) {
    INFO(name);
    auto config = tiny_config();
    config.estimator = io::parse_word<Estimator>(name);
    train_tiny(gestures, config, "run");
    const auto saved = load_model(RunFiles(gestures.run("run")).last());
    // Biases start at 0 and do not decay: only a gradient moves them.
    for (const auto& [block, tensor] : nn::state_tensors(saved.model))
      if (block.ends_with("gate_fc1.bias"))
        CHECK(std::any_of(tensor.begin(), tensor.end(), [](float b) { return b != 0; }));
  }
}

TEST_CASE(
    "trainer: several draws of each clip, and agents whose gradients are clipped by themselves") {
  const TinyGestures gestures("trainer-draws");
  auto config = tiny_config();
  config.estimator = Estimator::reinforce;
  const auto weights_after = [&] {
    train_tiny(gestures, config, "run");
    return nn::state_tensors(load_model(RunFiles(gestures.run("run")).last()).model);
  };
  const auto differs = [](const auto& a, const auto& b, const std::string& name) {
    return !std::equal(a.at(name).begin(), a.at(name).end(), b.at(name).begin());
  };
  const auto once = weights_after();
  config.draws = 3;
  const auto thrice = weights_after();
  CHECK(differs(once, thrice, "layer1.0.policy_net.gate_fc1.bias"));
  config.optimizer = Optimizer::sgd;  // of adamw a step does not depend on the gradient's length
  config.schedule = Schedule::constant;
  config.weight_decay = 0;
  config.rate = 1e-3;
  const auto free = weights_after();
  config.agent_clip_norm = 1e-12;
  const auto held = weights_after();
  double moved = 0;
  for (const float b : held.at("layer1.0.policy_net.gate_fc1.bias"))
    moved = std::max(moved, std::abs(static_cast<double>(b)));
  CHECK(moved < 1e-12);
  CHECK(differs(free, held, "layer1.0.policy_net.gate_fc1.bias"));
  CHECK(differs(once, held, "fc.weight"));
  for (const Index draws : {Index{0}, Index{1025}}) {
    config.draws = draws;
    CHECK_THROWS_WITH_AS(check(config), doctest::Contains("draws: from 1 to 1024"), ValueError);
  }
  config.draws = 2;
  config.estimator = Estimator::gumbel;
  CHECK_THROWS_WITH_AS(check(config), "draws has no effect with estimator gumbel", ValueError);
  config.draws = 1;
  config.agent_clip_norm = -1;
  CHECK_THROWS_WITH_AS(check(config), "agent-clip-norm: must not be negative, got -1", ValueError);
}

TEST_CASE("trainer: a loss that is no number names the step and leaves the last good model") {
  const TinyGestures gestures("trainer-nan");
  auto config = tiny_config("none");
  config.lambda = 0;
  config.schedule = Schedule::constant;
  config.rate = 1e30;
  const auto text = complaint(gestures, config);
  CHECK(contains(text, "train: step "));
  CHECK(
      contains(text, "the files in " + gestures.run("run").string() + " hold the last good model"));
  const auto saved = load_model(RunFiles(gestures.run("run")).last());
  for (const auto& [name, tensor] : nn::state_tensors(saved.model))
    CHECK(std::all_of(tensor.begin(), tensor.end(), [](float x) { return std::abs(x) < 1e3f; }));
  CHECK(line_count(io::read_file(RunFiles(gestures.run("run")).metrics())) == 1);
  CHECK_FALSE(fs::exists(RunFiles(gestures.run("run")).best()));
}

TEST_CASE("trainer: a run that ends badly leaves the earlier one, and says where its files are") {
  const TinyGestures gestures("trainer-bad-end");
  auto config = tiny_config("none");
  config.lambda = 0;
  train_tiny(gestures, config, "run");
  const RunFiles files(gestures.run("run"));
  const auto summary = io::read_file(files.summary()), best = io::read_file(files.best());
  config.schedule = Schedule::constant;
  config.rate = 1e30;
  const auto text = complaint(gestures, config);
  const auto run = gestures.run("run").string();
  CHECK(contains(
      text, "the files in " + run + ".new hold the last good model, " + run + " the earlier run"));
  CHECK(io::read_file(files.summary()) == summary);
  CHECK(io::read_file(files.best()) == best);
  CHECK_NOTHROW(load_model(RunFiles(run + ".new").last()));
}

TEST_CASE("trainer: more epochs than can be counted are refused") {
  const TinyGestures gestures("trainer-steps");
  auto config = tiny_config();
  config.epochs = std::numeric_limits<Index>::max();
  CHECK(contains(complaint(gestures, config), "epochs and batch are at most 2147483647, got 9"));
}

TEST_CASE("trainer: a model that the last step of an epoch has broken is not written") {
  const TinyGestures gestures("trainer-broken");
  auto config = tiny_config("none");
  config.lambda = 0;
  config.batch = 18;  // one step an epoch: its loss is still fine, what it leaves is not
  config.schedule = Schedule::constant;
  config.rate = 1e38;
  const auto text = complaint(gestures, config);
  CHECK(contains(text, "train: step 1: evaluate: clip \"val_000000\": the logit of class 0 is"));
  for (const auto& [name, tensor] :
       nn::state_tensors(load_model(RunFiles(gestures.run("run")).last()).model))
    CHECK(std::all_of(tensor.begin(), tensor.end(), [](float x) { return std::isfinite(x); }));
}

TEST_CASE("trainer: frames that are missing or truncated are named") {
  const TinyGestures gestures("trainer-frames");
  const auto frame = gestures.frame("train_000004", 2);
  const auto bytes = io::read_file(frame);
  io::write_file(frame, bytes.substr(0, bytes.size() / 2));
  CHECK(contains(complaint(gestures, tiny_config()), frame.string() + ": truncated"));
  fs::remove(frame);
  CHECK(contains(complaint(gestures, tiny_config()), frame.string() + ": cannot open"));
  io::write_file(frame, "no picture");
  CHECK(contains(complaint(gestures, tiny_config()), frame.string() + ": expected a JPEG"));
}

TEST_CASE(
    "trainer: lists that are malformed are told with file and line, before anything is written") {
  const TinyGestures gestures("trainer-lists");
  const auto list = gestures.dir / "train.txt";
  const auto good = io::read_file(list);
  const auto told = [&](const std::string& line, const std::string& text) {
    io::write_file(list, "train_000000 4 0\n" + line + "\n");
    CHECK(contains(complaint(gestures, tiny_config()), list.string() + ":2: " + text));
    CHECK_FALSE(fs::exists(gestures.run("run")));
  };
  told("train_000001 4", "expected \"path frame_count label\"");
  told("train_000001 4 9", "label 9 is outside of the 9 classes");
  told("train_000001 4 -1", "label -1 is outside of the 9 classes");
  told("train_000001 0 1", "expected at least 1 frame");
}

TEST_CASE("trainer: what can't be trained is told before an earlier run is touched") {
  const TinyGestures gestures("trainer-refusals");
  train_tiny(gestures, tiny_config(), "run");
  const auto before = io::read_file(RunFiles(gestures.run("run")).summary());
  const auto told = [&](const std::string& text, const auto& change) {
    auto config = tiny_config();
    change(config);
    CHECK(contains(complaint(gestures, config), text));
    CHECK(io::read_file(RunFiles(gestures.run("run")).summary()) == before);
  };
  told("18 clips do not fill one batch of 19", [](auto& c) { c.batch = 19; });
  told("learned needs agents", [](auto& c) { c.model.agents = false; });
  told("got 'resnet9'", [](auto& c) { c.model.model = "resnet9"; });
  told("frames must be positive", [](auto& c) { c.model.frames = 0; });
  told("shorter side of 8 does not hold a crop of 12",
       [](auto& c) { c.size = 12, c.shorter_side = 8; });
}

TEST_CASE("trainer: a second run into the same directory replaces the first") {
  const TinyGestures gestures("trainer-second");
  auto config = tiny_config();
  config.epochs = 3;
  train_tiny(gestures, config, "run");
  config = tiny_config("none");
  config.lambda = 0;
  train_tiny(gestures, config, "run");
  const RunFiles files(gestures.run("run"));
  CHECK(line_count(io::read_file(files.metrics())) == 3);
  CHECK_FALSE(load_model(files.best()).card.config.fusion.adaptive);
  CHECK(io::read_json(files.summary())["fusion"] == "none");
}

TEST_CASE("trainer: of a cached data set, a second training reads no frame") {
  const TinyGestures gestures("trainer-cached");
  const auto dataset = data::load_dataset(gestures.dir);
  const data::CachedDataset cached(dataset);
  auto config = tiny_config();
  config.epochs = 1;
  config.lambda_from = 0;
  const auto train = [&](const std::string& run) {
    RunWriter writer(gestures.run(run));
    Trainer(config, cached).run(writer);
    return io::read_file(RunFiles(gestures.run(run)).metrics());
  };
  const auto first = train("first");
  std::filesystem::remove_all(gestures.dir / "frames");
  CHECK(train("second") == first);
}

TEST_CASE("trainer: it runs once") {
  const TinyGestures gestures("trainer-once");
  const auto dataset = data::load_dataset(gestures.dir);
  auto config = tiny_config();
  config.epochs = 1;
  config.lambda_from = 0;
  Trainer trainer(config, dataset);
  RunWriter writer(gestures.run("run"));
  trainer.run(writer);
  CHECK_THROWS_WITH_AS(trainer.run(writer), "train: this trainer has run already", ValueError);
}

TEST_CASE(
    "trainer: every optimiser and schedule runs, and frames are cropped and mirrored on request") {
  const TinyGestures gestures("trainer-options");
  auto config = tiny_config();
  config.epochs = 1;
  config.lambda_from = 0;
  std::set<std::string> seen;
  const auto run = [&](const auto& change) {
    auto changed = config;
    change(changed);
    train_tiny(gestures, changed, "run");
    CHECK(seen.insert(io::read_file(RunFiles(gestures.run("run")).metrics())).second);
  };
  run([](auto&) {});  // what the others differ from
  for (const auto optimizer : {Optimizer::adamw, Optimizer::adam, Optimizer::sgd})
    run([&](auto& c) { c.optimizer = optimizer, c.weight_decay = 0.3, c.rate = 0.05; });
  for (const auto schedule : {Schedule::cosine, Schedule::step, Schedule::constant})
    run([&](auto& c) { c.schedule = schedule; });
  for (const auto cost : {CostKind::upper_bound, CostKind::authors})
    run([&](auto& c) { c.cost = cost; });
  run([](auto& c) { c.flip = true; });
  run([](auto& c) { c.size = 12; });
  run([](auto& c) { c.size = 12, c.shorter_side = 14; });
  run([](auto& c) { c.clip_norm = 0.01; });
  run([](auto& c) { c.temperature = 0.1; });
  for (const auto estimator :
       {Estimator::soft_gumbel, Estimator::straight_through, Estimator::reinforce})
    run([&](auto& c) { c.estimator = estimator; });
  run([](auto& c) { c.cost_target = 0.9; });
  run([](auto& c) { c.cost_loss = CostDistance::squared; });
  run([](auto& c) { c.detach_history = true; });
}

}  // namespace trainer_test
