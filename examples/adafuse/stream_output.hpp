// What stream prints: a line for each frame, at once; ledgers; a line about the whole.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "frame_times.hpp"
#include "session_options.hpp"

namespace adafuse::cli {

/// What a block decided on a frame.
struct BlockDecisions {
  std::string block;
  std::string letters;  ///< of each channel: k keep, r reuse, s skip
};

/// What was seen in a frame, and what it took.
struct FrameAnswer {
  Index frame;  ///< where it stands in the source, from 0
  std::string name;
  double score, milliseconds, share;        ///< share of the dense network's multiply-accumulates
  std::vector<BlockDecisions> decisions{};  ///< those that are printed
};

class StreamOutput {
 public:
  explicit StreamOutput(bool json) : json_(json) {}

  /// Fields are set apart by tabs, and names stand in quotes: what is in them breaks nothing.
  void print(const FrameAnswer& answer) {
    times_.add(answer.milliseconds);
    shares_ += answer.share;
    if (json_) {
      io::Json json{{"frame", answer.frame},
                    {"class", answer.name},
                    {"score", answer.score},
                    {"milliseconds", answer.milliseconds},
                    {"macs_fraction", answer.share}};
      for (const auto& block : answer.decisions) json["decisions"][block.block] = block.letters;
      return line(json);
    }
    std::printf("%ld\t%s\t%.3f\t%.3f ms\t%.1f %% of dense MACs", static_cast<long>(answer.frame),
                io::in_quotes(answer.name).c_str(), answer.score, answer.milliseconds,
                100 * answer.share);
    for (const auto& block : answer.decisions)
      std::printf("\t%s %s", block.block.c_str(), block.letters.c_str());
    std::printf("\n");
  }

  void print(const infer::Ledger& ledger) {
    if (json_)
      line({{"ledger", ledger_json(ledger)}});
    else
      print_ledger(ledger);
  }

  /// `about` is what the JSON line says besides.
  void print_summary(std::uint64_t broken, const io::Json& about) {
    const double frames = static_cast<double>(times_.count());
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double rate = frames / std::max(seconds, 1e-9), share = shares_ / std::max(frames, 1.0);
    if (json_) {
      io::Json summary{{"frames", times_.count()},
                       {"broken", broken},
                       {"seconds", seconds},
                       {"frames_per_second", rate},
                       {"milliseconds_median", times_.median()},
                       {"macs_fraction", share}};
      summary.update(about);
      line({{"summary", summary}});
      return;
    }
    std::printf("%ld frames, %.1f a second, median %.3f ms a frame, %.1f %% of dense MACs",
                static_cast<long>(times_.count()), rate, times_.median(), 100 * share);
    if (broken > 0) std::printf(", %ld broken frames left out", static_cast<long>(broken));
    std::printf("\n");
  }

  /// The clock of the frame rate starts with the first frame, not with the wait for it.
  void start() { start_ = Clock::now(); }

  /// Hands on what was printed; false when nobody can take it any more.
  static bool flush() { return std::fflush(stdout) == 0; }

 private:
  using Clock = std::chrono::steady_clock;

  static void line(const io::Json& value) { std::printf("%s\n", io::json_text(value, -1).c_str()); }

  bool json_;
  FrameTimes times_;
  double shares_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace adafuse::cli
