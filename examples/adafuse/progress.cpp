// The progress of a training. See progress.hpp.
// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <adafuse/train/remaining_time.hpp>
#include <chrono>
#include <cstdio>
#include <optional>

#include "ranks.hpp"
#include "system.hpp"

namespace adafuse::cli {

std::string duration(double seconds) {
  const long s = std::lround(seconds);
  char text[32];
  if (s < 60)
    std::snprintf(text, sizeof text, "%ld s", s);
  else if (s < 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld min", s / 60, s % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld h", s / 3600, s / 60 % 60, s % 60);
  return text;
}

namespace {

/// Seconds since some moment.
double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Printer {
 public:
  explicit Printer(const ProgressOptions& options) : options_(options) {}
  /// What is printed next begins a line of its own.
  ~Printer() {
    if (drawn_ > 0) std::printf("\n"), std::fflush(stdout);
  }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  void step(const train::Progress& p) {
    const double time = now();
    if (!remaining_)
      remaining_.emplace(
          static_cast<double>(options_.validation_clips) / static_cast<double>(p.clips), begun_);
    remaining_->step({p.epoch, p.epochs, p.step, p.steps}, time);
    const bool epoch_ends = p.step == p.steps;
    if (!headed_ && (options_.validation_clips == 0 || epoch_ends || is_measured())) {
      expect(p);
      head();
    }
    if (terminal_ && (epoch_ends || time - drawn_ >= 0.1)) draw(p, time);
  }

  void epoch(const train::EpochMetrics& m) {
    head();  // of a run that goes on after the last step of an epoch
    clear();
    if (remaining_)
      remaining_->epoch(now());
    else
      begun_ = now();
    std::printf("%5lld  %5.3f       %5.1f %%      %5.1f %% ", static_cast<long long>(m.epoch + 1),
                m.train.loss, m.train.top1, m.val.top1);
    for (const Action action : all_actions)
      std::printf(" %3.0f %%", 100 * m.val.actions.share(action));
    std::printf("  %5.1f %%", 100 * m.val.macs_fraction);
    if (m.val.several_labels) std::printf("  mAP %.1f %%", train::map_of(m.val));
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  /// Whether enough steps were timed to say how long all of them may take.
  bool is_measured() const {
    constexpr double seconds = 2;
    constexpr Index steps = 20;
    return remaining_->measured_seconds() >= seconds || remaining_->measured() >= steps;
  }

  double clips_per_second(const train::Progress& p) const {
    return static_cast<double>(p.clips) / std::max(1e-9, remaining_->step_seconds());
  }

  void expect(const train::Progress& p) {
    if (options_.validation_clips == 0) return;
    clear();
    std::printf("expected: about %s for epochs %lld to %lld, %lld %s each, %.0f clips/s\n",
                duration(remaining_->left()).c_str(), static_cast<long long>(p.epoch + 1),
                static_cast<long long>(p.epochs), static_cast<long long>(p.steps),
                p.steps == 1 ? "step" : "steps", clips_per_second(p));
  }

  /// One line, no longer than the terminal is wide: a longer one could not be written again.
  void draw(const train::Progress& p, double time) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "%5lld  %lld/%lld  loss %.3f  top-1 %.1f %%  cost %.1f %%  %.0f clips/s  %s left",
                  static_cast<long long>(p.epoch + 1), static_cast<long long>(p.step),
                  static_cast<long long>(p.steps), p.mean.loss, p.mean.top1, 100 * p.mean.cost,
                  clips_per_second(p), duration(remaining_->left()).c_str());
    std::string line = text;
    constexpr std::size_t least = 5, most = 30;
    const std::size_t wide = terminal_columns() - 1;
    if (line.size() + least + 4 <= wide) {
      const std::size_t width = std::min(most, wide - line.size() - 4);
      const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
      std::string bar(static_cast<std::size_t>(static_cast<double>(width) * share), '#');
      bar.resize(width, '.');
      line += "  [" + bar + "]";
    }
    line.resize(std::min(line.size(), wide));
    std::printf("\r\033[K%s", line.c_str());
    std::fflush(stdout);
    drawn_ = time;
  }

  /// Takes away what is drawn.
  void clear() {
    if (drawn_ > 0) std::printf("\r\033[K");
    drawn_ = 0;
  }

  /// Printed with the first steps: a run that is refused has no table.
  void head() {
    if (std::exchange(headed_, true)) return;
    clear();
    if (!options_.title.empty()) std::printf("%s\n", options_.title.c_str());
    std::printf("epoch   loss  train top-1    val top-1 ");
    for (const ActionRow& action : adafuse_actions)
      std::printf(" %5s", std::string(action.name).c_str());
    std::printf("    MACs\n");
    std::fflush(stdout);
  }

  ProgressOptions options_;
  bool headed_ = false;
  // mpirun reads what a rank prints from a terminal of its own, and may write it to a file.
  bool terminal_ = output_is_terminal() && !Ranks::instance().world();
  double begun_ = now(), drawn_ = 0;  // 0: nothing is drawn
  std::optional<train::RemainingTime> remaining_;
};

}  // namespace

train::TrainObserver progress_printer(const ProgressOptions& options) {
  if (options.quiet) return {};
  const auto printer = std::make_shared<Printer>(options);
  return {.step = [printer](const train::Progress& p) { printer->step(p); },
          .epoch = [printer](const train::EpochMetrics& m) { printer->epoch(m); }};
}

}  // namespace adafuse::cli
