// A training as its options describe it, for the commands that have train's options.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/trainer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "command.hpp"

namespace adafuse::cli {

class Training {
 public:
  virtual ~Training() = default;

  /// Throws what is wrong with the options themselves: data are not looked at, nothing is written.
  virtual void check_options() = 0;

  /// Trains, and writes the run.
  virtual void run() = 0;

  /// What run() does instead of training and writing, once the trainer is there.
  std::function<void(train::Trainer&)> instead;

  /// The command that goes on, told whoever stops a run; empty: `adafuse train --resume RUN`.
  std::string goes_on;
};

/// Adds all options of train to a command.
std::shared_ptr<Training> add_train_options(CLI::App& command);

/// The options of train that only count where lambda does.
inline std::vector<std::string> lambda_options() {
  return {"--lambda-rule", "--lambda-from", "--cost-loss", "--cost-target"};
}

}  // namespace adafuse::cli
