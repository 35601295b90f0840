// Sessions decide by change as `forward` does: clips and streams, with channels that do not exist.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/models/plan_cost.hpp>

#include "session_cases.hpp"

namespace input_change_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::small_config;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

/// Two clips of frames that hardly change, change somewhat, or are others.
Tensor<double> clips_of(Index frames) {
  const auto noise = Tensor<double>::randn({2, frames, 3, 9, 13}, Key(11));
  Tensor<double> clips(noise.shape());
  const double steps[] = {1, 0.02, 0.5, 1};
  for (Index n = 0; n < 2; ++n)
    for (Index t = 0; t < frames; ++t) {
      const double step = steps[(n + t) % 4];
      for (Index i = 0; i < noise[n][t].size(); ++i)
        clips[n][t].data()[i] =
            t == 0 ? noise[n][t].data()[i]
                   : (1 - step) * clips[n][t - 1].data()[i] + step * noise[n][t].data()[i];
    }
  return clips;
}

models::VideoOutput<double> forward(const models::VideoModel<double>& model,
                                    const Tensor<double>& clips, double threshold) {
  const NoGrad guard;
  AdaptiveContext<double> ctx;
  ctx.decisions = change_actions<double>(threshold);
  return model.forward(Variable<double>(clips), ctx);
}

}  // namespace

TEST_CASE("input change: a channel that does not exist is zero") {
  const double now[] = {1, 2, 3, 4}, before[] = {9, 1, 1, 9};  // 9: memory that nobody wrote
  LiveLists of_now(1, 4), of_before(1, 4);
  of_now.set(0, [](Index c) { return c != 3; });
  of_before.set(0, [](Index c) { return c == 1 || c == 2; });
  RelativeChange some, all;
  add_change<double>(some, {now, of_now.frames(), 0}, {before, of_before.frames(), 0}, 4, 1);
  CHECK(some.value() == (1. + 1 + 2) / 6);
  add_change<double>(all, {now, {}, 0}, {before, {}, 0}, 4, 1);
  CHECK(all.value() == (8. + 1 + 2 + 5) / 10);
}

TEST_CASE("input change: clips and streams decide as forward does, and do its work") {
  bool some_kept = false, some_reused = false;
  for (const std::string fusion : {"adafuse", "adafuse-tsm"})
    for (const bool both : {false, true}) {
      auto config = small_config("resnet8", fusion);
      config.stem_stride = 2;
      config.policy_both = both;
      const auto model = models::lively_model<double>(config);
      const Index frames = 6;
      const auto clips = clips_of(frames);
      for (const double threshold : {0., 0.1, 0.6, infinity}) {
        INFO(fusion << " " << both << " " << threshold);
        const auto expected = forward(model, clips, threshold);
        ClipSession<double> session(fold(model, 9, 13), 2, frames);
        session.set_decider(reuse_unchanged(threshold));
        CHECK(relative_difference(session.run(clips, 40), expected.logits.value()) < 1e-11);
        for (std::size_t b = 0; b < expected.decisions.size(); ++b) {
          const auto taken = expected.decisions[b].actions();
          CHECK(std::equal(taken.begin(), taken.end(), session.actions(b).begin()));
          for (Index f = 0; f < 2 * frames; ++f) {
            const auto action = Action{taken(f, 0)};
            CHECK((threshold > 0 || action == Action::keep));
            CHECK((threshold < infinity || (action == Action::keep) == (f % frames == 0)));
            if (equals(threshold, 0.6) && f % frames > 0)
              (action == Action::keep ? some_kept : some_reused) = true;
          }
        }
        StreamSession<double> stream(fold(model, 9, 13, {.frames = 1}), {.future = Future::wait});
        stream.set_decider(reuse_unchanged(threshold));
        for (Index n = 0; n < 2; ++n) {  // the second from its reset
          stream.reset();
          std::optional<Prediction<double>> last;
          for (Index t = 0; t < frames; ++t) last = stream.push(clips[n][t]);
          while (const auto more = stream.drain()) last = more;
          REQUIRE(last);
          Tensor<double> logits({last->logits.size() ? std::ssize(last->logits) : Index{0}});
          std::copy(last->logits.begin(), last->logits.end(), logits.begin());
          CHECK(relative_difference(logits, expected.logits.value()[n]) < 1e-11);
        }
        CHECK(stream.macs_run() == doctest::Approx(session.macs_run()).epsilon(1e-9));
      }
    }
  CHECK(some_kept);
  CHECK(some_reused);
}

TEST_CASE("input change: who does not ask a stream at every frame is told") {
  const auto model = models::lively_model<double>(small_config("resnet8", "adafuse"));
  StreamSession<double> stream(fold(model, 9, 13, {.frames = 1}));
  const auto by_change = reuse_unchanged(0.1), keep = keep_everything();
  stream.set_decider([&](const Question& ask, std::span<std::uint8_t> actions) {
    return ask.first_frame == 1 ? keep(ask, actions) : by_change(ask, actions);
  });
  const auto clips = clips_of(3);
  stream.push(clips[0][0]);
  stream.push(clips[0][1]);
  CHECK_THROWS_WITH_AS(stream.push(clips[0][2]),
                       "stream: layer1.0: the change of frame 2 is asked for, that of the frame "
                       "before was not",
                       ValueError);
  std::vector<std::uint8_t> actions(2);
  const std::string block = "layer1.0";
  CHECK_THROWS_WITH_AS(by_change({block, 0, 0, 1, 2}, actions),
                       "change policy: layer1.0: nobody shows its input", ValueError);
}

}  // namespace input_change_test
