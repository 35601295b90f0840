// What sessions have in common: who decides.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/stream/stream_session.hpp>

#include "session_cases.hpp"

namespace session_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

models::ModelConfig config() {
  auto config = models::small_config("resnet8", "adafuse");
  config.stem_stride = 2;
  return config;
}

/// What was decided in a run of two clips of three frames, block by block.
std::vector<Tensor<std::uint8_t>> decided(ClipSession<double>& session, const Tensor<double>& clips,
                                          Ledger& ledger) {
  session.set_ledger(&ledger);
  session.run(clips, 4);
  std::vector<Tensor<std::uint8_t>> actions;
  for (std::size_t b = 0; b < session.network().blocks.size(); ++b)
    actions.push_back(session.actions(b).clone());
  return actions;
}

bool same(const std::vector<Tensor<std::uint8_t>>& a, const std::vector<Tensor<std::uint8_t>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  });
}

}  // namespace

TEST_CASE("session: agents that are overruled run, see their actions changed, and are charged") {
  const auto model = models::lively_model<double>(config());
  const auto network = fold(model, 9, 13);
  const auto clips = Tensor<double>::randn({2, 3, 3, 9, 13}, Key(11));
  ClipSession<double> session(network, 2, 3);
  Ledger alone, replaced, overruled, left;
  const auto agents = decided(session, clips, alone);

  session.set_decider(draw_lots({0.4, 0.3, 0.3}, Key(5)));
  const auto lots = decided(session, clips, replaced);
  session.set_decider(draw_lots({0.4, 0.3, 0.3}, Key(5)), Agents::overruled);
  CHECK(same(decided(session, clips, overruled), lots));
  CHECK_FALSE(same(agents, lots));
  CHECK(replaced.policy(&LedgerRow::macs_run) == 0);
  CHECK(overruled.policy(&LedgerRow::macs_run) == alone.policy(&LedgerRow::macs_run));
  CHECK(overruled.total(&LedgerRow::macs_run) ==
        doctest::Approx(replaced.total(&LedgerRow::macs_run) +
                        overruled.policy(&LedgerRow::macs_run)));

  // A decider that looks on sees what the agents decided.
  std::vector<std::uint8_t> seen;
  session.set_decider(
      [&](const Question&, std::span<std::uint8_t> actions) {
        seen.insert(seen.end(), actions.begin(), actions.end());
        return false;
      },
      Agents::overruled);
  CHECK(same(decided(session, clips, left), agents));
  CHECK(std::equal(agents[0].begin(), agents[0].begin() + agents[0].size() / 2, seen.begin()));
}

TEST_CASE("session: a stream's agents are overruled as a clip's are") {
  const auto model = models::lively_model<double>(config());
  const auto network = fold(model, 9, 13);
  const auto clip = Tensor<double>::randn({1, 3, 3, 9, 13}, Key(11));
  ClipSession<double> whole(network, 1, 3);
  StreamSession<double> stream(network);
  Ledger of_clip, of_stream;
  whole.set_ledger(&of_clip), stream.set_ledger(&of_stream);
  whole.set_decider(draw_lots({0.4, 0.3, 0.3}, Key(5)), Agents::overruled);
  stream.set_decider(draw_lots({0.4, 0.3, 0.3}, Key(5)), Agents::overruled);
  const auto expected = whole.run(clip);
  for (Index t = 0; t < 2; ++t) stream.push(clip[0][t]);
  const auto last = stream.push(clip[0][2]);
  for (Index k = 0; k < expected.size(1); ++k)
    CHECK(last->logits[static_cast<std::size_t>(k)] == doctest::Approx(expected(0, k)));
  CHECK(of_stream.total(&LedgerRow::macs_run) ==
        doctest::Approx(of_clip.total(&LedgerRow::macs_run)));
}

TEST_CASE("session: an agent that sees NaN is an error with its block's name, and no decision") {
  const auto model = models::lively_model<double>(config());
  const auto network = fold(model, 9, 13);
  const auto good = Tensor<double>::randn({1, 3, 3, 9, 13}, Key(11));
  auto bad = good.clone();
  bad[0][1][2].fill(std::nan(""));
  ClipSession<double> whole(network, 1, 3);
  StreamSession<double> stream(network);
  const std::string message = network->blocks[0].name + ": the agent's logits of frame";
  const auto expected = whole.run(good).clone();
  CHECK_THROWS_WITH_AS(whole.run(bad), doctest::Contains(message.c_str()), ValueError);
  const auto again = whole.run(good);  // Nothing of it stays.
  CHECK(std::equal(expected.begin(), expected.end(), again.begin()));
  CHECK_THROWS_WITH_AS(
      [&] {
        for (Index t = 0; t < 3; ++t) stream.push(bad[0][t]);
      }(),
      doctest::Contains(message.c_str()), ValueError);
}

TEST_CASE("session: work is counted without a ledger too") {
  const auto clip = Tensor<double>::randn({3, 3, 9, 13}, Key(11));
  StreamSession<double> stream(fold(models::lively_model<double>(config()), 9, 13));
  for (Index t = 0; t < 3; ++t) stream.push(clip[t]);
  const double alone = stream.macs_run();
  Ledger ledger;
  stream.set_ledger(&ledger);
  stream.reset();
  for (Index t = 0; t < 3; ++t) stream.push(clip[t]);
  CHECK(alone == doctest::Approx(ledger.total(&LedgerRow::macs_run)));
  CHECK(stream.macs_run() == doctest::Approx(2 * alone));
}

}  // namespace session_test
