// The progress bar. See progress.hpp.
// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <optional>

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

using Clock = std::chrono::steady_clock;

class Printer {
 public:
  explicit Printer(std::string title) : title_(std::move(title)) {}

  void step(const train::Progress& p) {
    head();
    if (!begun_) begun_ = p.epoch * p.steps + p.step - 1;
    const auto now = Clock::now();
    const bool epoch_ends = p.step == p.steps;
    if (!terminal_ || (!epoch_ends && now - drawn_ < std::chrono::milliseconds(100))) return;
    drawn_ = now;
    const double done = static_cast<double>(p.epoch * p.steps + p.step);
    const double all = static_cast<double>(p.epochs * p.steps);
    const double seconds = std::chrono::duration<double>(now - start_).count();
    constexpr int width = 30;
    const int filled =
        static_cast<int>(width * static_cast<double>(p.step) / static_cast<double>(p.steps));
    std::string bar(static_cast<std::size_t>(filled), '#');
    bar.resize(width, '.');
    std::printf("\r\033[K%5lld  [%s] %lld/%lld  loss %.3f  %s left",
                static_cast<long long>(p.epoch + 1), bar.c_str(), static_cast<long long>(p.step),
                static_cast<long long>(p.steps), p.loss,
                duration(seconds * (all - done) / (done - static_cast<double>(*begun_))).c_str());
    std::fflush(stdout);
  }

  void epoch(const train::EpochMetrics& m) {
    head();  // of a run that goes on after the last step of an epoch
    std::printf("%s%5lld  %5.3f       %5.1f %%      %5.1f %% ", terminal_ ? "\r\033[K" : "",
                static_cast<long long>(m.epoch + 1), m.train.loss, m.train.top1, m.val.top1);
    for (const Action action : all_actions)
      std::printf(" %3.0f %%", 100 * m.val.actions.share(action));
    std::printf("  %5.1f %%", 100 * m.val.macs_fraction);
    if (m.val.several_labels) std::printf("  mAP %.1f %%", train::map_of(m.val));
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  /// Printed with the first step: a run that is refused has no table.
  void head() {
    if (std::exchange(headed_, true)) return;
    if (!title_.empty()) std::printf("%s\n", title_.c_str());
    std::printf("epoch   loss  train top-1    val top-1 ");
    for (const ActionRow& action : adafuse_actions)
      std::printf(" %5s", std::string(action.name).c_str());
    std::printf("    MACs\n");
    std::fflush(stdout);
  }

  std::string title_;
  bool headed_ = false;
  bool terminal_ = isatty(STDOUT_FILENO) != 0;
  Clock::time_point start_ = Clock::now(), drawn_{};
  std::optional<Index> begun_;  // steps that were done before this process
};

}  // namespace

train::TrainObserver progress_printer(const std::string& title) {
  const auto printer = std::make_shared<Printer>(title);
  return {.step = [printer](const train::Progress& p) { printer->step(p); },
          .epoch = [printer](const train::EpochMetrics& m) { printer->epoch(m); }};
}

}  // namespace adafuse::cli
