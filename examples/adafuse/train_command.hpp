// A training as its options describe it, for the commands that have train's options.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/trainer.hpp>
#include <algorithm>
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

  /// What goes on, told whoever stops a run; empty: `adafuse train --resume RUN`.
  std::string goes_on;
};

/// Adds all options of train to a command.
std::shared_ptr<Training> add_train_options(CLI::App& command);

/// An option with the values that it was given.
struct GivenOption {
  std::string name;
  std::vector<std::string> values;
};

/// The options that were given to a command, on the command line or in a file, but for `except`.
inline std::vector<GivenOption> given_options(const CLI::App& command,
                                              std::vector<std::string> except) {
  except.insert(except.end(), {"--help", "--config"});
  std::vector<GivenOption> given;
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0 &&
        std::find(except.begin(), except.end(), option->get_name()) == except.end())
      given.push_back({option->get_name(), option->results()});
  return given;
}

/// As a word of the command line: --name=value.
inline std::string word_of(const GivenOption& option) {
  std::string value;
  for (const auto& part : option.values) value += (value.empty() ? "" : ",") + part;
  return option.name + "=" + value;
}

/// Calls `use` with a training of these words of a command line.
template <class Use>
void with_training(std::vector<std::string> words, const Use& use) {
  CLI::App app("", "train");
  const auto training = add_train_options(app);
  std::reverse(words.begin(), words.end());  // as the parser takes them
  app.parse(words);
  use(*training);
}

/// The options of train that only count where lambda does.
inline std::vector<std::string> lambda_options() {
  return {"--lambda-rule", "--lambda-from", "--cost-loss", "--cost-target"};
}

}  // namespace adafuse::cli
