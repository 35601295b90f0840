// Sessions of networks whose agents see less, remember more or may choose less: what `forward`
// says, and never an action that is excluded.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/models/plan_cost.hpp>

#include "session_cases.hpp"

namespace ablated_session_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

/// Calls `check(model)` for each kind of agent that there is.
template <class T, class Check>
void for_each_kind(const std::string& name, const std::string& fusion, const Check& check) {
  for (const auto sees : {PolicySees::both, PolicySees::now, PolicySees::memory, PolicySees::none})
    for (const auto actions :
         {AllowedActions::keep_reuse_skip, AllowedActions::keep_skip, AllowedActions::keep_reuse}) {
      auto config = models::small_config(name, fusion);
      config.stem_stride = name == "resnet8" ? 2 : 1;
      config.policy_sees = sees;
      config.actions = actions;
      config.policy_both = name == "resnet8" && actions == AllowedActions::keep_skip;
      INFO(name << ", sees " << io::word_of(sees) << ", " << io::word_of(actions));
      check(models::lively_model<T>(config));
    }
}

void check_allowed(AllowedActions allowed, const Tensor<std::uint8_t>& actions) {
  for (const auto action : actions) CHECK(allows(allowed, Action{action}));
}

template <class T>
void check_clip(const models::VideoModel<T>& model, const Tensor<T>& clip, double tolerance) {
  const auto expected = masked_dense(model, clip, policies[0]);
  REQUIRE(!expected.decisions.empty());
  ClipSession<T> session(fold(model, clip.size(3), clip.size(4)), clip.size(0), clip.size(1));
  Ledger ledger;
  session.set_ledger(&ledger);
  const auto logits = session.run(clip);
  INFO("margin " << least_margin(expected.decisions));
  bool some_differ = false;
  for (std::size_t b = 0; b < expected.decisions.size(); ++b) {
    const auto taken = expected.decisions[b].actions(), same = session.actions(b);
    CHECK(std::equal(taken.begin(), taken.end(), same.begin()));
    check_allowed(model.config().actions, same);
    some_differ |=
        std::adjacent_find(same.begin(), same.end(), std::not_equal_to<>()) != same.end();
  }
  CHECK(some_differ);
  CHECK(relative_difference(logits, expected.logits.value()) < tolerance);
  CHECK(ledger.total(&LedgerRow::macs_run) ==
        doctest::Approx(models::run_macs(model.plan(clip.size(3), clip.size(4)),
                                         models::taken_actions(expected.decisions), clip.size(1),
                                         clip.size(0) * clip.size(1)))
            .epsilon(1e-9));
}

template <class T>
void check_stream(const models::VideoModel<T>& model, const Tensor<T>& clip, double tolerance) {
  const auto expected = masked_dense(model, clip, policies[0]);
  StreamSession<T> session(fold(model, clip.size(3), clip.size(4), {.frames = 1}),
                           {.future = Future::wait});
  Tensor<T> last;
  const auto take = [&](const std::optional<Prediction<T>>& prediction) {
    if (!prediction) return false;
    last = Tensor<T>({static_cast<Index>(prediction->logits.size())});
    std::copy(prediction->logits.begin(), prediction->logits.end(), last.begin());
    for (std::size_t b = 0; b < expected.decisions.size(); ++b) {
      const auto taken = expected.decisions[b].actions()[prediction->frame];
      CHECK(std::equal(taken.begin(), taken.end(), session.actions(b).begin()));
      check_allowed(model.config().actions, session.actions(b));
    }
    return true;
  };
  for (Index t = 0; t < clip.size(1); ++t) take(session.push(clip[0][t]));
  while (take(session.drain())) {
  }
  CHECK(relative_difference(last.reshape({1, last.size()}), expected.logits.value()) < tolerance);
}

template <class T>
Tensor<T> clip_of(Index clips, Index frames, Index side) {
  return Tensor<T>::randn({clips, frames, 3, side, side}, Key(11));
}

}  // namespace

TEST_CASE("ablated session: clips in double, every kind of agent, two of a block among them") {
  for_each_kind<double>("resnet8", "adafuse", [](const auto& model) {
    check_clip(model, clip_of<double>(2, 3, 9), 1e-11);
  });
}

TEST_CASE("ablated session: clips in float") {
  for_each_kind<float>("resnet14", "adafuse-tsm",
                       [](const auto& model) { check_clip(model, clip_of<float>(2, 3, 9), 1e-4); });
}

TEST_CASE("ablated session: streams, every kind of agent") {
  for_each_kind<double>("resnet8", "adafuse", [](const auto& model) {
    check_stream(model, clip_of<double>(1, 5, 9), 1e-11);
  });
}

TEST_CASE("ablated session: without history what came before changes no decision of a stream") {
  auto config = models::small_config("resnet8", "adafuse");
  config.policy_sees = PolicySees::now;
  config.adaptive_blocks = {"layer1.0"};  // its input knows one frame
  const auto model = models::lively_model<double>(config);
  const auto decided_after = [&](std::uint64_t first) {
    StreamSession<double> session(fold(model, 9, 9, {.frames = 1}), {.future = Future::wait});
    session.push(Tensor<double>::randn({3, 9, 9}, Key(first)));
    session.push(Tensor<double>::randn({3, 9, 9}, Key(77)));
    return session.actions(0).clone();
  };
  const auto one = decided_after(1), other = decided_after(2);
  CHECK(std::equal(one.begin(), one.end(), other.begin()));
}

/// The actions of all blocks after each of the frames.
template <class T>
std::vector<std::uint8_t> decided_on(StreamSession<T>& session, const Tensor<T>& frames) {
  std::vector<std::uint8_t> actions;
  for (Index t = 0; t < frames.size(0); ++t) {
    session.push(frames[t]);
    for (std::size_t b = 0; b < session.network().blocks.size(); ++b) {
      const auto of_block = session.actions(b);
      actions.insert(actions.end(), of_block.begin(), of_block.end());
    }
  }
  return actions;
}

TEST_CASE("ablated session: a memory reaches over frames between") {
  auto config = models::small_config("resnet8", "adafuse");
  config.policy_sees = PolicySees::memory;
  config.adaptive_blocks = {"layer1.0"};  // its input knows one frame
  const auto model = models::lively_model<double>(config);
  for (auto& [name, tensor] : nn::state_tensors(model))
    if (name.ends_with("gate_lstm.bias_ih_l0"))  // i, f, g, o: what was seen is not forgotten
      for (Index k = 0; k < 6; ++k) tensor(6 + k) = 9;
  StreamSession<double> session(fold(model, 9, 9, {.frames = 1}));
  const auto frames_of = [](double scale) {  // others in the first alone
    const auto frames = Tensor<double>::randn({3, 3, 9, 9}, Key(77));
    auto first = frames[0];
    for (double& x : first) x *= scale;
    return frames;
  };
  const auto last_after = [&](double scale) {
    session.reset();
    const auto all = decided_on(session, frames_of(scale));
    return std::vector<std::uint8_t>(all.end() - 16, all.end());
  };
  CHECK(last_after(1) != last_after(30));
}

TEST_CASE("ablated session: an agent that is first asked about a later frame begins anew there") {
  for (const auto sees : {PolicySees::both, PolicySees::memory}) {
    INFO(io::word_of(sees));
    auto config = models::small_config("resnet8", "adafuse");
    config.policy_sees = sees;
    const auto network = fold(models::lively_model<double>(config), 9, 9, {.frames = 1});
    const Decider keeps_the_first = [](const Question& ask, std::span<std::uint8_t> actions) {
      std::fill(actions.begin(), actions.end(), static_cast<std::uint8_t>(Action::keep));
      return ask.first_frame == 0;
    };
    const auto frames = Tensor<double>::randn({3, 3, 9, 9}, Key(12));
    StreamSession<double> used(network), fresh(network), goes_on(network);
    for (auto* session : {&used, &goes_on})
      decided_on(*session, Tensor<double>::randn({2, 3, 9, 9}, Key(13)));
    used.reset();
    for (auto* session : {&used, &fresh, &goes_on}) session->set_decider(keeps_the_first);
    const auto anew = decided_on(fresh, frames);
    CHECK(decided_on(used, frames) == anew);
    const auto on = decided_on(goes_on, frames);
    const auto later = std::ssize(anew) * 2 / 3;  // what was seen before matters to them
    CHECK_FALSE(std::equal(anew.end() - later, anew.end(), on.end() - later));
  }
}

TEST_CASE("ablated session: the change of a frame is not asked of the stream before a reset") {
  const auto config = models::small_config("resnet8", "adafuse");
  StreamSession<double> session(fold(models::lively_model<double>(config), 9, 9, {.frames = 1}));
  const auto frames = Tensor<double>::randn({3, 3, 9, 9}, Key(12));
  const auto asks_from = [](Index first) {
    return [first](const Question& ask, std::span<std::uint8_t> actions) {
      std::fill(actions.begin(), actions.end(), static_cast<std::uint8_t>(Action::keep));
      if (ask.first_frame >= first) ask.input->change(ask.clip, ask.first_frame);
      return true;
    };
  };
  // The last frame of the stream before has the number of the one before, then of this one.
  for (const Index asked : {1, 2}) {
    session.reset();
    session.set_decider(asks_from(0));
    decided_on(session, frames.narrow(0, asked));
    session.reset();
    session.set_decider(asks_from(1));
    session.push(frames[0]);
    CHECK_THROWS_AS(session.push(frames[1]), ValueError);
  }
}

TEST_CASE("ablated session: a NaN among an agent's own logits is an error in a session") {
  auto config = models::small_config("resnet8", "adafuse");
  config.policy_sees = PolicySees::none;
  const auto model = models::lively_model<double>(config);
  {
    const NoGrad guard;
    for (auto& [name, tensor] : nn::state_tensors(model))
      if (name == "layer1.0.policy_net.gate_logits") tensor(4) = std::nan("");
  }
  ClipSession<double> session(fold(model, 9, 9), 1, 2);
  CHECK_THROWS_WITH_AS(session.run(clip_of<double>(1, 2, 9)),
                       doctest::Contains("the agent's logits of frame 0, channel 1 are"),
                       ValueError);
}

}  // namespace ablated_session_test
