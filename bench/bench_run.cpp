// A trained run against a trained dense network: does the session hold what the MACs promise?
//
//   bench_run --run RUN --dense RUN --data DIR [--clips N] [--batch B] [--threads T] [--json FILE]
//             [--stream]
//
// Both are folded and run the same validation clips, decoded beforehand, B at a time, as eval
// chooses their frames; the agents of RUN decide. They take turns. Prints the time of a clip
// (median over the rounds) and its MACs by the ledger, agents included, for both; then by which
// factor RUN has fewer MACs, by which it is faster, and the share of the first that the second
// reaches:
//
//   scripts/demo
//   demo=runs/demo
//   bench_run --run $demo/adafuse --dense $demo/tsn --data $demo/gestures
//
// --stream: the frames of each clip go through a StreamSession, one after the other; the work is
// the same, and what a frame costs besides it weighs more.
// SPDX-License-Identifier: MIT
#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/run_files.hpp>
#include <iostream>

#include "clips_of_run.hpp"
#include "harness.hpp"
#include "options.hpp"

using namespace adafuse;

namespace {

struct Arguments {
  std::string run, dense, data, json;
  Index clips = 300, batch = 1;
  int threads = 1;
  bool stream = false;

  static Arguments parse(int count, char** words) {
    Arguments a;
    bench::parse_options("bench_run",
                         {{"--run", &a.run},
                          {"--dense", &a.dense},
                          {"--data", &a.data},
                          {"--clips", &a.clips},
                          {"--batch", &a.batch},
                          {"--threads", &a.threads},
                          {"--stream", &a.stream},
                          {"--json", &a.json}},
                         count, words);
    require<ValueError>(!a.run.empty() && !a.dense.empty() && !a.data.empty(),
                        "bench_run: --run, --dense and --data must be given");
    require<ValueError>(!a.stream || a.batch == 1, "bench_run: a stream is one clip at a time");
    require<ValueError>(a.clips > 0 && a.batch > 0, "bench_run: expects clips, got ", a.clips,
                        " in batches of ", a.batch);
    return a;
  }
};

/// A run, its session, and what a pass over all clips told of it.
class Runner {
 public:
  Runner(const std::string& run, const Arguments& a)
      : saved_(train::load_model(train::RunFiles(run).best())),
        batches_(bench::clips_of_run(saved_.card, a.data, a.clips, a.batch)) {
    const auto& clips = batches_.front().clips;
    const Index frames = clips.size(1);
    const auto folded = infer::fold(saved_.model, clips.size(3), clips.size(4),
                                    {.frames = a.stream ? 1 : a.batch * frames});
    if (a.stream)
      stream_.emplace(folded);
    else
      session_.emplace(folded, a.batch, frames);
    infer::Ledger ledger;
    set_ledger(&ledger);
    Index count = 0, right = 0;
    for (const auto& batch : batches_) {
      const auto logits = answer(batch.clips);
      for (Index n = 0; n < batch.labels.size(); ++n) {
        const auto row = logits[n];
        right += std::max_element(row.begin(), row.end()) - row.begin() == batch.labels(n);
      }
      count += batch.labels.size();
    }
    set_ledger(nullptr);
    clips_ = static_cast<double>(count);
    macs_ = ledger.total(&infer::LedgerRow::macs_run) / clips_;
    top1_ = 100 * static_cast<double>(right) / clips_;
  }

  void run() {
    for (const auto& batch : batches_)
      if (stream_)
        push(batch.clips);
      else
        session_->run(batch.clips);
  }
  const train::ModelCard& card() const { return saved_.card; }
  double clips() const { return clips_; }
  double macs() const { return macs_; }
  double top1() const { return top1_; }

 private:
  void set_ledger(infer::Ledger* ledger) {
    if (stream_)
      stream_->set_ledger(ledger);
    else
      session_->set_ledger(ledger);
  }
  /// The logits after the last frame of clips [1, T, 3, h, w].
  std::span<const float> push(const Tensor<float>& clips) {
    stream_->reset();
    std::span<const float> logits;
    for (Index t = 0; t < clips.size(1); ++t)
      if (const auto prediction = stream_->push(clips[0][t])) logits = prediction->logits;
    return logits;
  }
  /// [clips, classes].
  Tensor<float> answer(const Tensor<float>& clips) {
    if (!stream_) return session_->run(clips);
    const auto logits = push(clips);
    Tensor<float> result({1, std::ssize(logits)});
    std::copy(logits.begin(), logits.end(), result.begin());
    return result;
  }

  train::SavedModel saved_;
  std::vector<data::Batch> batches_;
  std::optional<infer::ClipSession<float>> session_;  // or
  std::optional<infer::StreamSession<float>> stream_;
  double clips_ = 0, macs_ = 0, top1_ = 0;
};

void run(const Arguments& a) {
  set_num_threads(a.threads);
  Runner dense(a.dense, a), sparse(a.run, a);
  require<ValueError>(!dense.card().config.fusion.adaptive, "bench_run: --dense ", a.dense,
                      " is adaptive");
  require<ValueError>(!sparse.card().config.fusion.adaptive || sparse.card().policy.learned(),
                      "bench_run: --run ", a.run, " has no agents that learned, but the policy ",
                      to_string(sparse.card().policy));
  require<ValueError>(sparse.card().config.model == dense.card().config.model,
                      "bench_run: expects one backbone, got ", sparse.card().config.model, " and ",
                      dense.card().config.model);

  std::vector<bench::Contender> contenders{{"dense", [&] { dense.run(); }},
                                           {"run", [&] { sparse.run(); }}};
  bench::wake_up(a.threads, 0.3);
  bench::compete(contenders, a.threads, 11, 0.2);

  const auto milliseconds = [&](const bench::Contender& c) {
    return 1e3 * c.median() / dense.clips();
  };
  const auto print = [&](const std::string& name, const Runner& runner, double ms) {
    std::printf("%-32s %8.3f ms a clip  %9.3f M MACs  top-1 %.1f %%\n", name.c_str(), ms,
                runner.macs() / 1e6, runner.top1());
  };
  const double dense_ms = milliseconds(contenders[0]), ms = milliseconds(contenders[1]);
  const double macs_factor = dense.macs() / sparse.macs(), time_factor = dense_ms / ms;
  std::printf("%s, %.0f clips, %ld at a time%s, %d threads\n", dense.card().config.model.c_str(),
              dense.clips(), static_cast<long>(a.batch), a.stream ? ", frame by frame" : "",
              a.threads);
  print(a.dense, dense, dense_ms);
  print(a.run, sparse, ms);
  std::printf("MACs factor %.3f, time factor %.3f: %.3f of what the MACs promise\n", macs_factor,
              time_factor, time_factor / macs_factor);
  if (!a.json.empty())
    io::write_json(a.json, {{"threads", a.threads},
                            {"clips", dense.clips()},
                            {"batch", a.batch},
                            {"dense_ms", dense_ms},
                            {"run_ms", ms},
                            {"dense_macs", dense.macs()},
                            {"run_macs", sparse.macs()},
                            {"macs_factor", macs_factor},
                            {"time_factor", time_factor},
                            {"reached", time_factor / macs_factor}});
}

}  // namespace

int main(int count, char** words) try {
  run(Arguments::parse(count, words));
  return 0;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
