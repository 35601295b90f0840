// A stream gives, frame by frame, what the clip of all its frames gives, and does the same work.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <thread>

#include "session_cases.hpp"

namespace stream_session_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::small_config;
using models::VideoModel;

namespace {

models::ModelConfig config_of(const std::string& name, const std::string& fusion) {
  auto config = small_config(name, fusion);
  config.stem_stride = name == "resnet8" ? 2 : 1;
  return config;
}

template <class T>
Tensor<T> clip_of(Index frames, Index height, Index width) {
  return Tensor<T>::randn({1, frames, 3, height, width}, Key(11));
}

/// All predictions for the frames of a clip [1, T, 3, h, w], [T, classes].
template <class T>
Tensor<T> run_stream(StreamSession<T>& session, const Tensor<T>& clip) {
  const Index frames = clip.size(1), classes = session.network().values.back().shape[0];
  Tensor<T> logits({frames, classes});
  Index seen = 0;
  const auto take = [&](const std::optional<Prediction<T>>& prediction) {
    if (!prediction) return false;
    CHECK(prediction->frame == seen);
    std::copy(prediction->logits.begin(), prediction->logits.end(),
              logits.data() + seen++ * classes);
    return true;
  };
  for (Index t = 0; t < frames; ++t)
    CHECK(take(session.push(clip[0][t])) == (t >= session.delay()));
  while (take(session.drain())) {
  }
  CHECK(seen == frames);
  return logits;
}

template <class T>
void check_stream(const VideoModel<T>& model, const Tensor<T>& clip, const Policy& policy,
                  double tolerance) {
  const auto expected = masked_dense(model, clip, policy);
  StreamSession<T> session(fold(model, clip.size(3), clip.size(4), {.frames = 1}),
                           {.future = Future::wait});
  session.set_decider(decider_of(policy));
  Ledger ledger;
  session.set_ledger(&ledger);
  const auto logits = run_stream(session, clip);
  INFO(policy.name << ", T = " << clip.size(1) << ", margin " << least_margin(expected.decisions));
  CHECK(relative_difference(logits.narrow(clip.size(1) - 1, clip.size(1)),
                            expected.logits.value()) < tolerance);
  for (std::size_t b = 0; b < expected.decisions.size(); ++b) {
    const auto taken = expected.decisions[b].actions()[clip.size(1) - 1];
    CHECK(std::equal(taken.begin(), taken.end(), session.actions(b).begin()));
  }
  const auto plan = model.plan(clip.size(3), clip.size(4));
  const double agents = policy.agents ? 0 : plan.agent_macs() * static_cast<double>(clip.size(1));
  CHECK(ledger.total(&LedgerRow::macs_run) + agents ==
        doctest::Approx(models::run_macs(plan, models::taken_actions(expected.decisions),
                                         clip.size(1), clip.size(1)))
            .epsilon(1e-9));
}

}  // namespace

TEST_CASE("stream session: the clip's logits, decisions and work, for every fusion and length") {
  for (const std::string fusion : {"none", "tsm", "adafuse", "adafuse-tsm"}) {
    const auto model = models::lively_model<double>(config_of("resnet8", fusion));
    for (const Index frames : {1, 2, 7}) {
      INFO(fusion);
      for (const auto& policy : policies)
        if (policy.agents || model.config().fusion.adaptive)
          check_stream(model, clip_of<double>(frames, 9, 13), policy, 1e-11);
    }
  }
}

TEST_CASE("stream session: every backbone") {
  const std::pair<const char*, const char*> networks[] = {
      {"resnet18", "adafuse"}, {"resnet50", "adafuse-tsm"}, {"bninception", "adafuse-tsm"}};
  for (const auto& network : networks) {
    auto config = config_of(network.first, network.second);
    INFO(config.model);
    config.agents = false;
    config.consensus =
        config.model == "resnet18" ? models::Consensus::lstm : models::Consensus::average;
    config.lstm_hidden = 7;
    const auto model = models::lively_model<float>(config);
    check_stream(model, clip_of<float>(3, 33, 37), policies[1], 1e-4);
  }
}

TEST_CASE("stream session: thirty frames, and a second decision in the block") {
  auto config = config_of("resnet14", "adafuse");
  config.policy_both = true;
  for (const auto& policy : policies)
    check_stream(models::lively_model<float>(config), clip_of<float>(30, 9, 9), policy, 1e-4);
}

TEST_CASE("stream session: waiting for the future runs one frame behind for each shift") {
  const VideoModel<float> model(config_of("resnet8", "tsm"), Key(0));
  const auto network = fold(model, 9, 9);
  CHECK(StreamSession<float>(network, {.future = Future::wait}).delay() == 3);
  CHECK(StreamSession<float>(network, {.future = Future::zero}).delay() == 0);
  CHECK_THROWS_WITH_AS(
      StreamSession<float>{network},
      "stream: layer1.0.temporal_shift looks at the next frame; let it wait for it, or do without",
      ValueError);
  const VideoModel<float> plain(config_of("resnet8", "adafuse"), Key(0));
  CHECK(StreamSession<float>(fold(plain, 9, 9)).delay() == 0);
}

TEST_CASE("stream session: without a future a frame sees what the last frame of a clip sees") {
  // With one shift there is nothing that an earlier frame could have learnt of a later one.
  const auto model = models::lively_model<double>(config_of("resnet8", "tsm"));
  const auto clip = clip_of<double>(1, 9, 13);
  StreamSession<double> session(fold(model, 9, 13), {.future = Future::zero});
  CHECK(relative_difference(run_stream(session, clip),
                            masked_dense(model, clip, policies[0]).logits.value()) < 1e-11);
}

TEST_CASE("stream session: after a reset it knows nothing of the stream before") {
  const auto model = models::lively_model<float>(config_of("resnet8", "adafuse-tsm"));
  StreamSession<float> session(fold(model, 9, 9),
                               {.future = Future::wait, .consensus = FadingFrames{0.5}});
  const auto clip = clip_of<float>(6, 9, 9);
  const auto first = run_stream(session, clip).clone();
  CHECK_THROWS_WITH_AS(session.push(clip[0][0]),
                       "stream: it has ended; reset it before the next frame", ValueError);
  session.reset();
  for (Index t = 0; t < 3; ++t) session.push(Tensor<float>::full({3, 9, 9}, 50));
  session.reset();
  const auto again = run_stream(session, clip);
  CHECK(std::equal(first.begin(), first.end(), again.begin()));
}

TEST_CASE("stream session: frames and decisions that do not fit are refused") {
  auto config = config_of("resnet8", "adafuse");
  config.agents = false;
  const VideoModel<float> model(config, Key(0));
  StreamSession<float> session(fold(model, 9, 9));
  CHECK_THROWS_WITH_AS(session.push(Tensor<float>({3, 9, 8})),
                       "stream: expects a frame [3,9,9], got [3,9,8]", ShapeError);
  CHECK_THROWS_WITH_AS(session.push(Tensor<float>({3, 9, 9})),
                       "stream: layer1.0 has no agent; a decider must say which channels to keep",
                       ValueError);
}

TEST_CASE("stream session: four threads share one network, with threads of their own or without") {
  const auto model = models::lively_model<float>(config_of("resnet8", "adafuse"));
  const auto network = fold(model, 41, 37, {.frames = 1});
  const auto clip = clip_of<float>(6, 41, 37);
  StreamSession<float> alone(network);
  const auto expected = run_stream(alone, clip);
  const int before = num_threads();
  for (const int inside : {1, 2}) {
    set_num_threads(inside);
    std::vector<Tensor<float>> results(4);
    std::vector<std::thread> threads;
    for (auto& result : results)
      threads.emplace_back([&] {
        StreamSession<float> session(network);
        result = Tensor<float>(expected.shape());
        for (Index t = 0; t < clip.size(1); ++t) {
          const auto logits = session.push(clip[0][t])->logits;
          std::copy(logits.begin(), logits.end(), result[t].data());
        }
      });
    for (auto& thread : threads) thread.join();
    INFO(inside);
    for (const auto& result : results)
      CHECK(std::equal(result.begin(), result.end(), expected.begin()));
  }
  set_num_threads(before);
}

}  // namespace stream_session_test
