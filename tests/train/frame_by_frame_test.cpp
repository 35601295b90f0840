// An evaluation frame by frame: with rules that leave nothing out what `evaluate` says; with others
// what the network says of the frames that are left.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/frame_by_frame.hpp>

#include "../models/lively_model.hpp"
#include "tiny_run.hpp"

namespace frame_by_frame_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

models::VideoModel<float> lively(const std::string& fusion,
                                 models::Consensus consensus = models::Consensus::average,
                                 PolicySees sees = PolicySees::both) {
  auto config = tiny_config(fusion).model;
  config.classes = 9;
  config.consensus = consensus;
  config.lstm_hidden = 7;
  config.policy_sees = sees;
  return models::lively_model<float>(config);
}

data::Loader loader_of(const data::Dataset& clips, Index batch = 4) {
  data::LoaderConfig config;
  config.batch_size = batch;
  config.frames = 4;
  config.sampling = data::Sampling::middle;
  config.shuffle = false;
  return data::Loader(clips, config);
}

/// What forward says of the first `frames` frames of a clip, and what that costs.
struct Prefix {
  ClipResult answer;
  double macs;
};
Prefix forward_prefix(const models::VideoModel<float>& model, const Tensor<float>& clip,
                      Index frames, const DecisionSource<float>& decisions = {}) {
  const NoGrad guard;
  AdaptiveContext<float> ctx;
  ctx.decisions = decisions;
  const auto out = model.forward(
      clip.narrow(0, frames).reshape({1, frames, 3, clip.size(2), clip.size(3)}), ctx);
  return {clip_result(out.logits.value()[0].values(), std::int64_t{0}),
          models::run_macs(model.plan(clip.size(2), clip.size(3)),
                           models::taken_actions(out.decisions), frames, frames)};
}

}  // namespace

TEST_CASE("frame rules: what is none is told") {
  CHECK_THROWS_WITH_AS(check(FrameRules{.exit_confidence = 1.5}),
                       "exit-confidence: a score from 0 to 1, got 1.5", ValueError);
  CHECK_THROWS_AS(check(FrameRules{.exit_confidence = std::nan("")}), ValueError);
  CHECK_THROWS_WITH_AS(check(FrameRules{.frame_change = -1}),
                       "frame-change: a share of a frame's size, at least 0, got -1", ValueError);
  CHECK_THROWS_AS(check(FrameRules{.frame_change = std::nan("")}), ValueError);
  CHECK_FALSE(is_sure(1, {}));
}

TEST_CASE("frame gate: a frame is compared with the last one that was looked at") {
  FrameGate gate({.frame_change = 0.3});
  const auto grey = [](float value) { return Tensor<float>::full({2}, value); };
  CHECK(gate.admits(grey(10)));
  CHECK_FALSE(gate.admits(grey(12)));  // moved 2 of 12
  CHECK(gate.admits(grey(15)));        // 5 of 15, seen from 10
  CHECK_FALSE(gate.admits(grey(18)));
  CHECK(gate.admits(grey(std::numeric_limits<float>::quiet_NaN())));
  CHECK_THROWS_AS(gate.admits(Tensor<float>({3})), ShapeError);
  gate.reset();
  CHECK(gate.admits(grey(15)));
  FrameGate open({}), shut({.frame_change = infinity});
  for (int t = 0; t < 3; ++t) {
    CHECK(open.admits(grey(1)));
    CHECK(shut.admits(grey(static_cast<float>(t))) == (t == 0));
  }
}

TEST_CASE("frame by frame: rules that leave nothing out give what evaluate gives") {
  const TinyGestures gestures("by-frame");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto loader = loader_of(dataset.val);
  for (const std::string fusion : {"none", "adafuse"})
    for (const auto consensus : {models::Consensus::average, models::Consensus::lstm}) {
      INFO(fusion << " " << static_cast<int>(consensus));
      const auto model = lively(fusion, consensus);
      const auto whole = evaluate(model, loader);
      const auto by_frame = evaluate_frames(model, loader, {});
      const auto& all = by_frame.all;
      CHECK(by_frame.frames_per_clip() == 4);
      CHECK(all.clips == whole.clips);
      CHECK(all.top1 == doctest::Approx(whole.top1));
      CHECK(all.cross_entropy == doctest::Approx(whole.cross_entropy).epsilon(1e-4));
      CHECK(all.macs_per_clip == doctest::Approx(whole.macs_per_clip).epsilon(1e-9));
      CHECK(all.macs_fraction == doctest::Approx(whole.macs_fraction).epsilon(1e-9));
      CHECK(all.paper_fraction == doctest::Approx(whole.paper_fraction).epsilon(1e-5));
      CHECK(all.upper_bound_fraction == doctest::Approx(whole.upper_bound_fraction).epsilon(1e-5));
      CHECK(all.actions.count == whole.actions.count);
      for (const auto& [label, counts] : whole.classes)
        CHECK(all.classes.at(label).count == counts.count);
      REQUIRE(all.frames.size() == whole.frames.size());
      for (std::size_t b = 0; b < all.frames.size(); ++b)
        for (std::size_t t = 0; t < 4; ++t)
          CHECK(all.frames[b][t].count == whole.frames[b][t].count);
      for (std::size_t i = 0; i < whole.results.size(); ++i) {
        CHECK(all.results[i].guess == whole.results[i].guess);
        CHECK(all.results[i].clip == whole.results[i].clip);
      }
    }
}

TEST_CASE("frame by frame: a clip ends with the first frame that is sure, and costs its frames") {
  const TinyGestures gestures("by-frame-exit");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively("adafuse");
  const auto loader = loader_of(dataset.val);
  // A confidence between the scores, so that clips end everywhere.
  std::vector<double> scores;
  for (const auto& batch : loader.epoch(0))
    for (Index n = 0; n < batch.clips.size(0); ++n)
      for (Index frames = 1; frames < 4; ++frames) {
        const auto answer = forward_prefix(model, batch.clips[n], frames).answer;
        scores.push_back(*std::max_element(answer.scores.begin(), answer.scores.end()));
      }
  std::sort(scores.begin(), scores.end());
  const double confidence = (scores[13] + scores[14]) / 2;
  const auto some = evaluate_frames(model, loader, {.exit_confidence = confidence});
  std::size_t clip = 0, early = 0;
  for (const auto& batch : loader.epoch(0))
    for (Index n = 0; n < batch.clips.size(0); ++n, ++clip) {
      Index frames = 1;
      auto expected = forward_prefix(model, batch.clips[n], frames);
      const auto sure = [&] {
        return *std::max_element(expected.answer.scores.begin(), expected.answer.scores.end()) >
               confidence;
      };
      while (frames < 4 && !sure()) expected = forward_prefix(model, batch.clips[n], ++frames);
      early += frames < 4;
      CHECK(some.looked_at[clip] == frames);
      CHECK(some.all.results[clip].guess == expected.answer.guess);
      CHECK(some.all.results[clip].macs == doctest::Approx(expected.macs).epsilon(1e-9));
    }
  CHECK(early > 0);
  CHECK(early < clip);
  const auto once = evaluate_frames(model, loader_of(dataset.val), {.exit_confidence = 0});
  CHECK(once.frames_per_clip() == 1);
  CHECK(once.all.macs_per_clip < some.all.macs_per_clip);
  CHECK(some.all.macs_fraction < 1);
}

TEST_CASE("frame by frame: frames that hardly change are as if they were not in the clip") {
  const TinyGestures gestures("by-frame-gate");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto loader = loader_of(dataset.val, 9);
  for (const auto sees : {PolicySees::both, PolicySees::memory}) {
    INFO(io::word_of(sees));
    const auto model = lively("adafuse", models::Consensus::average, sees);
    CHECK(evaluate_frames(model, loader, {.frame_change = infinity}).frames_per_clip() == 1);
    const FrameRules rules{.frame_change = 0.25};
    const auto some = evaluate_frames(model, loader, rules);
    CHECK(some.frames_per_clip() > 1);
    CHECK(some.frames_per_clip() < 4);
    for (const auto& batch : loader.epoch(0))
      for (Index n = 0; n < batch.clips.size(0); ++n) {
        const auto clip = batch.clips[n];
        FrameGate gate(rules);
        auto left = clip.clone();
        Index frames = 0;
        for (Index t = 0; t < 4; ++t)
          if (gate.admits(clip[t])) left[frames++].copy_from(clip[t]);
        const auto expected = forward_prefix(model, left, frames);
        const auto& got = some.all.results[static_cast<std::size_t>(n)];
        CHECK(some.looked_at[static_cast<std::size_t>(n)] == frames);
        CHECK(got.guess == expected.answer.guess);
        CHECK(got.macs == doctest::Approx(expected.macs).epsilon(1e-9));
      }
  }
}

TEST_CASE("frame by frame: who decides may be others, and a shift is refused") {
  const TinyGestures gestures("by-frame-policy");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto loader = loader_of(dataset.val);
  auto config = tiny_config("adafuse").model;
  config.classes = 9;
  config.agents = false;
  const auto model = models::lively_model<float>(config);
  for (const std::string policy : {"random:0.4,0.3,0.3", "change:0.4"}) {
    const auto choice = parse_policy(policy);
    const auto whole = evaluate(model, loader, {.policy = choice, .key = Key(5).of("evaluation")});
    const auto all = evaluate_frames(model, loader, {}, decider_of(choice, 5, "--policy")).all;
    CHECK(all.actions.count == whole.actions.count);
    CHECK(all.cross_entropy == doctest::Approx(whole.cross_entropy).epsilon(1e-4));
    CHECK(all.macs_fraction == doctest::Approx(whole.macs_fraction).epsilon(1e-9));
  }
  CHECK_THROWS_WITH_AS(evaluate_frames(lively("tsm"), loader, {}),
                       doctest::Contains("temporal shift reads later frames"), ValueError);
}

}  // namespace frame_by_frame_test
