// Progress: on a terminal one line that is written again and again, anywhere a line for each epoch.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/trainer.hpp>

namespace adafuse::cli {

/// Seconds as "48 s", "3:07 min" or "1:12:30 h".
std::string duration(double seconds);

struct ProgressOptions {
  std::string title{};         ///< above the table
  bool quiet = false;          ///< Nothing is printed.
  Index validation_clips = 0;  ///< of each epoch; positive: says how long the training may take
};

/// Prints to standard output; what is rewritten only when that is a terminal.
train::TrainObserver progress_printer(const ProgressOptions& options);
inline train::TrainObserver progress_printer(const std::string& title) {
  return progress_printer(ProgressOptions{.title = title});
}

}  // namespace adafuse::cli
