// What tunes a training: each option does what it says, and what it cannot do is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tiny_run.hpp"

namespace tuning_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// Without decisions, so that nothing is drawn in a step.
TrainConfig dense_config() {
  auto config = tiny_config("none");
  config.epochs = 1;
  config.lambda = 0;
  config.lambda_from = 0;
  return config;
}

using State = std::map<std::string, Tensor<float>>;

/// What a model holds after training, and what it held before.
struct Change {
  State before, after;

  bool moved(const std::string& name) const {
    const auto &a = before.at(name), &b = after.at(name);
    return !std::equal(a.begin(), a.end(), b.begin());
  }
};

Change change_of(const TinyGestures& gestures, const TrainConfig& config) {
  const auto dataset = data::load_dataset(gestures.dir);
  Trainer trainer(config, dataset);
  Change change;
  for (const auto& [name, tensor] : nn::state_tensors(trainer.model()))
    change.before.emplace(name, tensor.clone());
  RunWriter writer(gestures.run("run"), true);
  trainer.run(writer);
  for (const auto& [name, tensor] : nn::state_tensors(trainer.model()))
    change.after.emplace(name, tensor.clone());
  return change;
}

/// The largest difference of two states.
double difference(const State& a, const State& b) {
  double largest = 0;
  for (const auto& [name, x] : a)
    for (Index i = 0; i < x.size(); ++i)
      largest = std::max(largest, std::abs(double{x.data()[i]} - double{b.at(name).data()[i]}));
  return largest;
}

std::string complaint(const TinyGestures& gestures, const std::function<void(TrainConfig&)>& edit) {
  auto config = tiny_config("none");
  config.lambda = 0;
  edit(config);
  try {
    const auto dataset = data::load_dataset(gestures.dir);
    Trainer(config, dataset);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("tuning: what is frozen stays, weights and running statistics alike") {
  const TinyGestures gestures("tuning-freeze");
  auto config = tiny_config();
  config.epochs = 1;
  config.lambda_from = 0;
  config.tuning.freeze = {"layer1", "bn1"};
  const auto change = change_of(gestures, config);
  for (const auto& row : change.before) {
    INFO(row.first);
    const bool frozen = !is_of_agent(row.first) &&
                        (row.first.starts_with("layer1.") || row.first.starts_with("bn1."));
    CHECK(change.moved(row.first) == !frozen);
  }
  config.tuning.freeze = {"backbone"};
  const auto head = change_of(gestures, config);
  for (const auto& row : head.before)
    CHECK(head.moved(row.first) == (is_of_head(row.first) || is_of_agent(row.first)));
}

TEST_CASE("tuning: partial batch norm leaves the first norm to learn, and all convolutions") {
  const TinyGestures gestures("tuning-partial");
  auto config = dense_config();
  config.tuning.partial_bn = true;
  const auto change = change_of(gestures, config);
  for (const auto& row : change.before) {
    INFO(row.first);
    const bool norm = row.first.find("bn") != std::string::npos ||
                      row.first.find("downsample.1") != std::string::npos;
    CHECK(change.moved(row.first) == (!norm || row.first.starts_with("bn1.")));
  }
}

TEST_CASE("tuning: head and biases have their own factors on the rate") {
  models::ModelConfig tiny = tiny_config().model;
  tiny.classes = 3;
  tiny.model = "bninception";
  tiny.stem_stride = 1;
  const models::VideoModel<float> model(tiny, Key(0));
  TuningConfig tuning;
  tuning.head_rate = 10;
  tuning.bias_rate = 2;
  const auto groups = parameter_groups(model, 0.5, tuning);
  std::map<const void*, std::pair<double, double>> found;
  for (const auto& group : groups)
    for (const auto& p : group.parameters)
      found[p.node().get()] = {group.rate_scale, group.weight_decay};
  for (const auto& item : nn::state(model)) {
    if (!item.is_parameter()) continue;
    INFO(item.name);
    const bool head = is_of_head(item.name), matrix = item.parameter.rank() > 1;
    const bool norm = item.name.find("_bn.") != std::string::npos ||
                      item.name.find("gate_bn.") != std::string::npos;
    CHECK(found.at(item.parameter.node().get()) ==
          std::pair{(head ? 10.0 : 1.0) * (matrix || norm ? 1.0 : 2.0), matrix ? 0.5 : 0.0});
  }
}

TEST_CASE("tuning: both factors reach the steps") {
  const TinyGestures gestures("tuning-rates");
  auto config = dense_config();
  config.batch = 18;  // one step
  config.optimizer = Optimizer::sgd;
  config.schedule = Schedule::constant;
  config.weight_decay = 0;
  config.rate = 1e-3;
  const auto once = change_of(gestures, config);
  config.tuning.head_rate = 4;
  const auto head = change_of(gestures, config);
  config.tuning.head_rate = 1;
  config.tuning.bias_rate = 2;
  const auto bias = change_of(gestures, config);
  const auto step = [](const Change& c, const std::string& name) {
    return double{c.after.at(name).data()[0]} - double{c.before.at(name).data()[0]};
  };
  CHECK(step(head, "fc.weight") == doctest::Approx(4 * step(once, "fc.weight")).epsilon(1e-3));
  CHECK(step(head, "conv1.weight") == step(once, "conv1.weight"));
  CHECK(step(bias, "fc.bias") == doctest::Approx(2 * step(once, "fc.bias")).epsilon(1e-3));
  CHECK(step(bias, "bn1.bias") == step(once, "bn1.bias"));
  CHECK(step(bias, "fc.weight") == step(once, "fc.weight"));
}

TEST_CASE("tuning: a batch in parts takes the steps of the whole where batch norms are frozen") {
  const TinyGestures gestures("tuning-accumulate");
  auto config = dense_config();
  config.optimizer = Optimizer::sgd;
  config.rate = 0.05;
  config.tuning.freeze = {"bn1"};
  config.tuning.partial_bn = true;
  config.tuning.class_weights = "1,2,3,4,5,6,7,8,9";
  config.tuning.label_smoothing = 0.1;
  const auto whole = change_of(gestures, config);
  config.tuning.accumulate = 3;
  const auto parts = change_of(gestures, config);
  CHECK(difference(whole.before, whole.after) > 1e-3);
  CHECK(difference(whole.after, parts.after) < 2e-6);
  // Where they are not, each part has statistics of its own.
  config.tuning.freeze = {};
  config.tuning.partial_bn = false;
  CHECK(difference(change_of(gestures, config).after, parts.after) > 1e-4);
}

TEST_CASE("tuning: with an average of the weights, that is what is saved and evaluated") {
  const TinyGestures gestures("tuning-ema");
  auto config = dense_config();
  config.epochs = 2;
  config.rate = 0.02;
  config.tuning.ema = 0.5;
  const auto change = change_of(gestures, config);
  const auto saved = load_model(RunFiles(gestures.run("run")).last());
  const auto averages = nn::state_tensors(saved.model);
  CHECK(difference(averages, change.after) > 1e-4);
  CHECK(difference(averages, change.before) > 1e-4);
  CHECK(saved.card.config.model == "resnet8");
}

TEST_CASE("tuning: an average goes on from its saved state") {
  models::ModelConfig tiny = tiny_config("none").model;
  tiny.classes = 3;
  const models::VideoModel<float> model(tiny, Key(0));
  WeightEma one(model, 0.5), two(model, 0.5);
  const auto weights = nn::state_tensors(model).at("fc.weight");
  auto mean = nn::state_tensors(model).at("bn1.running_mean");
  one.update();
  two.restore(one.updates(), one.state());
  for (auto& x : mean) x = 4;
  one.update(), two.update();
  CHECK(difference(one.state(), two.state()) == 0);
  {
    const auto averaged = two.in_place();
    CHECK(mean(0) == 2);  // of running statistics too
  }
  CHECK(mean(0) == 4);
  CHECK(WeightEma(model, 0).in_place() == nullptr);
  CHECK_THROWS_AS(WeightEma(model, 0).restore(one.updates(), one.state()), ValueError);
}

TEST_CASE("tuning: early stopping counts epochs that could have been the best") {
  EarlyStopping stopping(2);
  stopping.learn(false, false);
  stopping.learn(true, true);
  stopping.learn(true, false);
  stopping.learn(false, false);
  CHECK_FALSE(stopping.over());
  EarlyStopping resumed(2);
  resumed.restore(stopping.state());
  resumed.learn(true, false);
  CHECK(resumed.over());
  resumed.learn(true, true);
  CHECK_FALSE(resumed.over());
  EarlyStopping never(0);
  for (int i = 0; i < 9; ++i) never.learn(true, false);
  CHECK_FALSE(never.over());
}

TEST_CASE("tuning: a run that does not get better ends early, and is complete") {
  const TinyGestures gestures("tuning-stop");
  auto config = dense_config();
  config.epochs = 9;
  config.rate = 1e-12;  // no epoch differs from the first but by its running statistics
  config.schedule = Schedule::constant;
  config.tuning.freeze = {"backbone"};
  config.tuning.early_stopping = 2;
  Index epochs = 0;
  train_tiny(gestures, config, "run", {.epoch = [&](const EpochMetrics&) { ++epochs; }});
  CHECK(epochs == 3);
  CHECK(std::filesystem::exists(RunFiles(gestures.run("run")).summary()));
}

TEST_CASE("tuning: weights of classes, given and balanced") {
  const TinyGestures gestures("tuning-classes");
  const auto dataset = data::load_dataset(gestures.dir);
  CHECK_FALSE(class_weights("", dataset.train, dataset.classes).defined());
  const auto given = class_weights("1,2,3,4,5,6,7,8,0.5", dataset.train, dataset.classes);
  CHECK(given.of(8) == 0.5);
  // 18 clips, two of each class, until four of class 8 are said to be of class 0.
  io::write_file(gestures.dir / "train.txt", [] {
    std::string text;
    for (int i = 0; i < 18; ++i)
      text += concat("train_0000", i < 10 ? "0" : "", i, " 4 ", i < 6 ? 0 : i % 8 + (i == 8), "\n");
    return text;
  }());
  const auto uneven = data::load_dataset(gestures.dir);
  std::map<std::int64_t, double> counts;
  for (Index i = 0; i < uneven.train.size(); ++i) ++counts[uneven.train.label(i)];
  std::vector<std::string> seen(uneven.classes.begin(), uneven.classes.begin() + 8);
  const auto balanced = class_weights("balanced", uneven.train, seen);
  for (const auto& [k, n] : counts) CHECK(balanced.of(k) == doctest::Approx(18 / (8 * n)));
  CHECK_THROWS_WITH_AS(class_weights("balanced", uneven.train, uneven.classes),
                       doctest::Contains("which has no clip to train on"), ValueError);
}

TEST_CASE("tuning: smoothing and class weights change what is learned") {
  const TinyGestures gestures("tuning-loss");
  auto config = dense_config();
  const auto plain = change_of(gestures, config);
  config.tuning.label_smoothing = 0.2;
  CHECK(difference(change_of(gestures, config).after, plain.after) > 1e-5);
  config.tuning.label_smoothing = 0;
  config.tuning.class_weights = "9,1,1,1,1,1,1,1,1";
  CHECK(difference(change_of(gestures, config).after, plain.after) > 1e-5);
  config.tuning.class_weights = "balanced";  // as many clips of each: nothing changes
  CHECK(difference(change_of(gestures, config).after, plain.after) < 1e-5);
}

TEST_CASE("tuning: what cannot be is refused by name") {
  const TinyGestures gestures("tuning-refusals");
  const auto told = [&](const std::string& text, const std::function<void(TuningConfig&)>& edit) {
    const auto got = complaint(gestures, [&](TrainConfig& c) { edit(c.tuning); });
    INFO(got);
    CHECK(got.find(text) != std::string::npos);
  };
  told("has no part 'layr1'; expects backbone, agents, or parts of conv1, bn1, layer1",
       [](auto& c) { c.freeze = {"layr1"}; });
  told("has no part 'agents'", [](auto& c) { c.freeze = {"agents"}; });
  told("nothing is left that learns", [](auto& c) { c.freeze = {"backbone", "fc"}; });
  told("head-rate: must be positive, got 0", [](auto& c) { c.head_rate = 0; });
  told("bias-rate: must be positive, got -1", [](auto& c) { c.bias_rate = -1; });
  told("label-smoothing: must be in [0, 1), got 1", [](auto& c) { c.label_smoothing = 1; });
  told("ema: the decay must be in [0, 1), got 1", [](auto& c) { c.ema = 1; });
  told("accumulate: must be positive, got 0", [](auto& c) { c.accumulate = 0; });
  told("a batch of 9 clips does not make 2 equal parts", [](auto& c) { c.accumulate = 2; });
  told("early-stopping: must not be negative, got -1", [](auto& c) { c.early_stopping = -1; });
  told("expects balanced, or a positive number for each class as in 1,2,0.5, got '1,,2'",
       [](auto& c) { c.class_weights = "1,,2"; });
  told("expects balanced, or a positive", [](auto& c) { c.class_weights = "blanced"; });
  told("expects balanced, or a positive", [](auto& c) { c.class_weights = "1,-2"; });
  told("expects a number for each of 9 classes, got 2", [](auto& c) { c.class_weights = "1,2"; });
}

TEST_CASE("tuning: its fields go to JSON and back, and older runs do without") {
  TrainConfig config;
  config.tuning.weights = "r18.pth";
  config.tuning.weights_crc32 = "0a1b2c3d";
  config.tuning.freeze = {"layer1", "bn1"};
  config.tuning.partial_bn = true;
  config.tuning.head_rate = 5;
  config.tuning.bias_rate = 2;
  config.tuning.label_smoothing = 0.1;
  config.tuning.class_weights = "balanced";
  config.tuning.ema = 0.99;
  config.tuning.accumulate = 4;
  config.tuning.early_stopping = 3;
  config.normalisation = data::normalisation_of(data::Pixels::bgr255);
  const auto json = to_json(config);
  const auto back = from_json<TrainConfig>(json, "c");
  CHECK(to_json(back) == json);
  CHECK(back.tuning.freeze == config.tuning.freeze);
  CHECK(back.normalisation == config.normalisation);
  auto older = to_json(TrainConfig{});
  CHECK(older.erase("tuning") == 1);
  CHECK(older["normalisation"].erase("bgr") == 1);
  CHECK(to_json(from_json<TrainConfig>(older, "c")) == to_json(TrainConfig{}));
}

}  // namespace tuning_test
