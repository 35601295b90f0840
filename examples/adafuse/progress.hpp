// Progress: a bar with the time that is left on a terminal, a line for each epoch anywhere.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/trainer.hpp>

namespace adafuse::cli {

/// Seconds as "48 s", "3:07 min" or "1:12:30 h".
std::string duration(double seconds);

/// Prints to standard output; the bar only when that is a terminal.
train::TrainObserver progress_printer(const std::string& title);

}  // namespace adafuse::cli
