// Ranks that share the batches compute the steps of one process, write the same run, and go on with
// it in another number.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/unfinished_run.hpp>
#include <cmath>

#include "thread_ranks.hpp"
#include "tiny_run.hpp"

namespace ranks_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// What a training says of its steps and its validations.
struct Course {
  std::vector<TrainingMetrics> steps;
  std::vector<Evaluation> val;
};

TrainObserver observe(Course& course) {
  return {.step =
              [&](const Progress& p) {
                auto step = p.mean;
                step.loss = p.loss;
                course.steps.push_back(step);
              },
          .epoch = [&](const EpochMetrics& m) { course.val.push_back(m.val); }};
}

Course train_alone(const TinyGestures& gestures, const TrainConfig& config) {
  Course course;
  train_tiny(gestures, config, "alone", observe(course));
  return course;
}

/// The courses of all ranks; the run is in `name`.
std::vector<Course> train_by(Index ranks, const TinyGestures& gestures, const TrainConfig& config,
                             const std::string& name = "shared") {
  std::vector<Course> courses(static_cast<std::size_t>(ranks));
  const auto dataset = data::load_dataset(gestures.dir);
  with_ranks(ranks, [&](const Peers& peers) {
    auto& course = courses[static_cast<std::size_t>(peers.rank())];
    Trainer trainer(config, dataset, &peers);
    if (peers.rank() > 0) {
      trainer.run_beside(observe(course));
      return;
    }
    RunWriter writer(gestures.run(name), true);
    trainer.run(writer, observe(course));
  });
  return courses;
}

TrainConfig config_of_ranks() {
  auto config = tiny_config();
  config.batch = 6;
  config.model.frames = 2;
  config.model.dropout = 0.2;
  config.lambda_from = 0;
  return config;
}

void check_close(const TrainingMetrics& a, const TrainingMetrics& b, double least) {
  CHECK(std::abs(a.loss - b.loss) < least * std::max(1., std::abs(b.loss)));
  CHECK(std::abs(a.cross_entropy - b.cross_entropy) < least * std::max(1., b.cross_entropy));
  CHECK(std::abs(a.cost - b.cost) < least);
  CHECK(std::abs(a.top1 - b.top1) < 1e-9);
  CHECK(std::abs(a.lambda - b.lambda) < 1e-9);
}

/// Of several steps only the first few are compared: rounding grows from step to step.
void check_same_course(const Course& got, const Course& expected, double least = 1e-4) {
  REQUIRE(got.steps.size() == expected.steps.size());
  for (std::size_t i = 0; i < got.steps.size(); ++i)
    check_close(got.steps[i], expected.steps[i], least);
}

void check_same_bits(const Course& a, const Course& b) {
  REQUIRE(a.steps.size() == b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    CHECK(equals(a.steps[i].loss, b.steps[i].loss));
    CHECK(equals(a.steps[i].cost, b.steps[i].cost));
    CHECK(equals(a.steps[i].lambda, b.steps[i].lambda));
  }
  REQUIRE(a.val.size() == b.val.size());
  for (std::size_t e = 0; e < a.val.size(); ++e) {
    CHECK(a.val[e].clips == b.val[e].clips);
    CHECK(equals(a.val[e].cross_entropy, b.val[e].cross_entropy));
    CHECK(equals(a.val[e].macs_fraction, b.val[e].macs_fraction));
    REQUIRE(a.val[e].results.size() == b.val[e].results.size());
    for (std::size_t i = 0; i < a.val[e].results.size(); ++i)
      CHECK(a.val[e].results[i].clip == b.val[e].results[i].clip);
  }
}

}  // namespace

TEST_CASE("ranks: two and three of them compute the steps of one process") {
  const TinyGestures gestures("ranks");
  const auto config = config_of_ranks();
  const auto alone = train_alone(gestures, config);
  for (const Index ranks : {2, 3}) {
    const auto shared = train_by(ranks, gestures, config);
    CAPTURE(ranks);
    check_same_course(shared[0], alone);
    for (std::size_t r = 1; r < shared.size(); ++r) check_same_bits(shared[r], shared[0]);
    REQUIRE(shared[0].val.size() == alone.val.size());
    for (std::size_t i = 0; i < 9; ++i) {
      const auto& got = shared[0].val[0].results[i];
      CHECK(got.clip == alone.val[0].results[i].clip);
      CHECK(std::abs(got.scores[0] - alone.val[0].results[i].scores[0]) < 1e-3);
    }
    CHECK(shared[0].val[0].actions.total() == alone.val[0].actions.total());
    CHECK(shared[0].val[0].frames.size() == alone.val[0].frames.size());
    const auto &classes = shared[0].val[0].classes, &expected = alone.val[0].classes;
    REQUIRE(classes.size() == expected.size());
    for (const auto& [label, counts] : expected) CHECK(classes.at(label).total() == counts.total());
  }
}

TEST_CASE("ranks: parts of a batch, class weights and REINFORCE are those of one process") {
  const TinyGestures gestures("ranks_options");
  auto config = config_of_ranks();
  config.epochs = 1;
  SUBCASE("parts") { config.tuning.accumulate = 3; }
  SUBCASE("class weights, which differ from rank to rank") {
    config.tuning.class_weights = "1,2,3,4,5,6,7,8,9";
  }
  SUBCASE("class weights in parts") {
    config.tuning.class_weights = "1,2,3,4,5,6,7,8,9";
    config.tuning.accumulate = 3;
  }
  SUBCASE("REINFORCE") {
    config.estimator = Estimator::reinforce;
    config.schedule = Schedule::constant;  // at which a baseline of its own on each rank is seen
    config.rate = 0.01;
    config.epochs = 2;
  }
  SUBCASE("REINFORCE with class weights") {
    config.estimator = Estimator::reinforce;
    config.tuning.class_weights = "9,2,3,4,5,6,7,8,1";
  }
  SUBCASE("REINFORCE with several draws of a clip") {
    config.estimator = Estimator::reinforce;
    config.draws = 2;
  }
  SUBCASE("a cost that is asked for") {
    config.cost_target = 0.6;
    config.cost_loss = CostDistance::squared;
  }
  SUBCASE("a random policy") {
    config.policy = parse_policy("random:0.5,0.3,0.2");
    config.model.agents = false;
  }
  SUBCASE("an average of the weights") { config.tuning.ema = 0.5; }
  const auto alone = train_alone(gestures, config);
  const auto shared = train_by(2, gestures, config);
  check_same_course(shared[0], alone);
  check_same_bits(shared[1], shared[0]);
}

TEST_CASE("ranks: a run repeats bit for bit, and norms of each rank's own clips are another run") {
  const TinyGestures gestures("ranks_repeat");
  auto config = config_of_ranks();
  train_by(2, gestures, config, "first");
  train_by(2, gestures, config, "second");
  const RunFiles first(gestures.run("first")), second(gestures.run("second"));
  CHECK(io::read_file(first.metrics()) == io::read_file(second.metrics()));
  CHECK(io::read_file(first.last()) == io::read_file(second.last()));
  config.sync_batch_norm = SyncBatchNorm::off;
  const auto shared = train_by(2, gestures, config, "third");
  check_same_bits(shared[0], shared[1]);
  const auto alone = train_alone(gestures, config);
  CHECK(std::abs(shared[0].steps[0].loss - alone.steps[0].loss) > 1e-3);
}

TEST_CASE("ranks: a run that was stopped goes on with another number of them") {
  const TinyGestures gestures("ranks_resume");
  const auto config = config_of_ranks();  // two epochs of three steps
  const auto dataset = data::load_dataset(gestures.dir);
  const auto alone = train_alone(gestures, config);
  for (const Index ranks : {1, 2, 3}) {
    CAPTURE(ranks);
    std::filesystem::remove_all(gestures.run("left"));
    with_ranks(2, [&](const Peers& peers) {
      Trainer trainer(config, dataset, &peers);
      Index steps = 0;
      // One of the ranks alone is told to stop.
      const TrainObserver observer{.stop = [&] { return peers.rank() == 1 && ++steps >= 2; }};
      std::unique_ptr<RunWriter> writer;
      if (peers.rank() == 0) writer = std::make_unique<RunWriter>(gestures.run("left"));
      try {
        writer ? trainer.run(*writer, observer) : trainer.run_beside(observer);
        FAIL("it did not stop");
      } catch (const Interrupted& left) {
        CHECK(std::string(left.what()) == "stopped after step 2 of 3 in epoch 1 of 2");
      }
    });
    Course rest;
    with_ranks(ranks, [&](const Peers& peers) {
      Trainer trainer(config, dataset, &peers);
      if (peers.rank() > 0) {
        trainer.run_beside();
        return;
      }
      RunWriter writer(io::GoOn{}, gestures.run("left"));
      trainer.run(writer, observe(rest));
    });
    REQUIRE(rest.steps.size() == 4);
    CHECK(std::abs(rest.steps[0].loss - alone.steps[2].loss) < 1e-3);
    CHECK(std::abs(rest.steps[3].loss - alone.steps[5].loss) < 1e-2);
  }
}

TEST_CASE("ranks: what one of them meets, all say") {
  const TinyGestures gestures("ranks_errors");
  const auto dataset = data::load_dataset(gestures.dir);
  auto config = config_of_ranks();
  config.rate = 1e30;
  config.clip_norm = 1e30;
  config.optimizer = Optimizer::sgd;
  std::vector<std::string> said(2);
  with_ranks(2, [&](const Peers& peers) {
    Trainer trainer(config, dataset, &peers);
    std::unique_ptr<RunWriter> writer;
    if (peers.rank() == 0) writer = std::make_unique<RunWriter>(gestures.run("nan"));
    try {
      writer ? trainer.run(*writer) : trainer.run_beside();
    } catch (const ValueError& error) {
      said[static_cast<std::size_t>(peers.rank())] = error.what();
    }
  });
  CHECK(said[0].starts_with("train: step "));
  CHECK(said[0].starts_with(said[1]));
  CHECK_FALSE(said[1].empty());
}

TEST_CASE("ranks: one that is alone exchanges nothing") {
  const TinyGestures gestures("ranks_alone");
  const auto dataset = data::load_dataset(gestures.dir);
  const Alone alone;
  Trainer trainer(tiny_config(), dataset, &alone);
  int begun = 0, finished = 0;
  trainer.exchange_gradients_by({.begin = [&] { ++begun; }, .finish = [&] { ++finished; }});
  RunWriter writer(gestures.run("alone"));
  trainer.run(writer);
  CHECK(begun == 0);
  CHECK(finished == 0);
}

TEST_CASE("ranks: a batch that they cannot share is refused") {
  const TinyGestures gestures("ranks_refused");
  const auto dataset = data::load_dataset(gestures.dir);
  auto config = config_of_ranks();
  const auto trainer_of = [&](Index ranks) {
    with_ranks(ranks, [&](const Peers& peers) { Trainer trainer(config, dataset, &peers); });
  };
  CHECK_THROWS_WITH_AS(trainer_of(4),
                       "batch: 4 ranks do not share a batch of 6 clips equally; expects a multiple "
                       "of 4",
                       ValueError);
  config.tuning.accumulate = 2;
  CHECK_THROWS_WITH_AS(trainer_of(2),
                       "batch: 2 ranks do not share 2 parts of a batch of 6 clips equally; expects "
                       "a multiple of 4",
                       ValueError);
}

}  // namespace ranks_test
