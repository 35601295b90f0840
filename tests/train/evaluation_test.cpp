// Evaluation against counting clip by clip.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/evaluation.hpp>

#include "../models/lively_model.hpp"
#include "tiny_run.hpp"

namespace evaluation_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

models::VideoModel<float> lively(const std::string& fusion) {
  auto config = tiny_config(fusion).model;
  config.classes = 9;
  return models::lively_model<float>(config);
}

data::LoaderConfig in_batches_of(Index batch) {
  data::LoaderConfig config;
  config.batch_size = batch;
  config.frames = 4;
  config.sampling = data::Sampling::middle;
  config.shuffle = false;
  return config;
}

}  // namespace

TEST_CASE("action counts: shares add up, and a network that decides nothing keeps everything") {
  ActionCounts counts;
  CHECK(counts.share(Action::keep) == 1);
  CHECK(counts.share(Action::skip) == 0);
  counts.add(Tensor<std::uint8_t>::of({{0, 1, 2, 2}, {2, 2, 0, 2}}));
  CHECK(counts.total() == 8);
  CHECK(counts.share(Action::keep) == 0.25);
  CHECK(counts.share(Action::reuse) == 0.125);
  CHECK(counts.share(Action::skip) == 0.625);
}

TEST_CASE("correct_count: the largest logit is the guess") {
  const auto logits = Tensor<float>::of({{1, 3, 2}, {5, 4, 4}, {0, 1, 2}});
  CHECK(correct_count(logits, Tensor<std::int64_t>::of({1, 0, 2})) == 3);
  CHECK(correct_count(logits, Tensor<std::int64_t>::of({0, 0, 1})) == 1);
}

TEST_CASE("evaluate: accuracy, entropy, actions and MACs are those of counting clip by clip") {
  const TinyGestures gestures("evaluate");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively("adafuse");
  const auto e = evaluate(model, data::Loader(dataset.val, in_batches_of(4)));
  REQUIRE(e.clips == 9);

  const NoGrad guard;
  double correct = 0, entropy = 0, macs = 0;
  ActionCounts actions;
  std::map<std::int64_t, ActionCounts> by_class;
  const auto plan = model.plan(16, 16);
  const data::Loader one_by_one(dataset.val, in_batches_of(1));
  for (const auto& clip : one_by_one.epoch(0)) {
    AdaptiveContext<float> ctx;
    const auto out = model.forward(clip.clips, ctx);
    const auto row = out.logits.value()[0];
    const auto label = clip.labels(0);
    correct += std::max_element(row.begin(), row.end()) - row.begin() == label;
    double sum = 0;
    for (const float logit : row) sum += std::exp(static_cast<double>(logit - row(label)));
    entropy += std::log(sum);
    const auto taken = models::taken_actions(out.decisions);
    for (const auto& block : taken) actions.add(block.second);
    for (const auto& block : taken) by_class[label].add(block.second);
    macs += models::run_macs(plan, taken, 4, 4);
  }
  CHECK(e.top1 == doctest::Approx(100 * correct / 9));
  CHECK(e.cross_entropy == doctest::Approx(entropy / 9).epsilon(1e-4));
  CHECK(e.macs_per_clip == doctest::Approx(macs / 9).epsilon(1e-9));
  CHECK(e.macs_fraction == doctest::Approx(macs / 9 / (4 * plan.dense_macs())).epsilon(1e-9));
  CHECK(e.actions.count == actions.count);
  REQUIRE(e.classes.size() == by_class.size());
  REQUIRE(by_class.size() > 1);
  for (const auto& [label, counts] : by_class) CHECK(e.classes.at(label).count == counts.count);
  REQUIRE(e.blocks.size() == 3);
  CHECK(e.blocks[1].first == "layer2.0");
  CHECK(e.blocks[1].second.total() == 9 * 4 * 32);
}

TEST_CASE("evaluate: a logit that is no number is no class, right or wrong: its clip is told") {
  const TinyGestures gestures("evaluate-finite");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively("tsm");
  auto bias = nn::state_tensors(model).at("fc.bias");  // shares its elements
  bias(2) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(evaluate(model, data::Loader(dataset.val, in_batches_of(4))),
                       doctest::Contains("clip \"val_000000\": the logit of class 2 is"),
                       ValueError);
}

TEST_CASE("evaluate: a network that decides nothing costs all that it has") {
  const TinyGestures gestures("evaluate-dense");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto e = evaluate(lively("tsm"), data::Loader(dataset.val, in_batches_of(9)));
  CHECK(e.macs_fraction == doctest::Approx(1).epsilon(1e-12));
  CHECK(e.paper_fraction == doctest::Approx(1).epsilon(1e-6));
  CHECK(e.blocks.empty());
  CHECK(e.actions.share(Action::keep) == 1);
}

TEST_CASE("evaluate: the policy that is given decides, the same for the same key") {
  const TinyGestures gestures("evaluate-policy");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively("adafuse");
  const data::Loader loader(dataset.val, in_batches_of(9));
  const auto keep = evaluate(model, loader, {.policy = parse_policy("keep-all")});
  CHECK(keep.actions.share(Action::keep) == 1);
  CHECK(keep.macs_fraction > 1);  // nothing is saved, and the agents look on
  const auto random = parse_policy("random:0.2,0.3,0.5");
  const auto a = evaluate(model, loader, {.policy = random, .key = Key(1)});
  const auto b = evaluate(model, loader, {.policy = random, .key = Key(1)});
  const auto c = evaluate(model, loader, {.policy = random, .key = Key(2)});
  CHECK(a.actions.count == b.actions.count);
  CHECK(a.cross_entropy == b.cross_entropy);
  CHECK(a.actions.count != c.actions.count);
  CHECK(a.actions.share(Action::skip) == doctest::Approx(0.5).epsilon(0.1));
}

TEST_CASE("evaluate: what is drawn for a clip does not depend on the size of the batch") {
  const TinyGestures gestures("evaluate-batches");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively("adafuse");
  const auto counts = [&](const EvaluationOptions& options, Index batch) {
    return evaluate(model, data::Loader(dataset.val, in_batches_of(batch)), options).actions.count;
  };
  for (const EvaluationOptions& options :
       {EvaluationOptions{.policy = parse_policy("random:0.2,0.3,0.5"), .key = Key(1)},
        EvaluationOptions{.policy = {}, .key = Key(1), .sample = true}}) {
    const auto nine = counts(options, 9);
    CHECK(counts(options, 1) == nine);
    CHECK(counts(options, 4) == nine);
    auto other = options;
    other.key = Key(2);
    CHECK(counts(other, 9) != nine);
  }
}

}  // namespace evaluation_test
