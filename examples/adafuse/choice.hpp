// What train takes where the command line names no network: the rules are train/choice.hpp's.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/choice.hpp>
#include <adafuse/train/config.hpp>
#include <string>

#include "command.hpp"

namespace adafuse::cli {

/// Whether train is to choose: not where a network is named (--model, or --stem-stride, which some
/// networks have), a file that must fit one (--weights), or a whole recipe (--recipe).
inline bool is_left_open(const CLI::App& train) {
  for (const char* option : {"--model", "--stem-stride", "--weights", "--recipe"})
    if (train.count(option) > 0) return false;
  return true;
}

/// Sets what the command line left open. Returns a line that says what was chosen, and why.
inline std::string apply_choice(const CLI::App& train, const data::Description& found,
                                train::TrainConfig& config) {
  const auto is_given = [&](const char* option) { return train.count(option) > 0; };
  // Parts of a batch have a size of their own, which was thought of with the batch as it is.
  const bool keeps_batch = is_given("--batch") || is_given("--accumulate");
  const auto choice =
      train::choose(found, {.size = config.size, .batch = keeps_batch ? config.batch : 0});
  std::string line;
  const auto say = [&line](const std::string& part) { line += (line.empty() ? "" : "; ") + part; };
  if (!is_given("--size")) {
    config.size = choice.size;
    const auto& usual = found.sizes.front();
    say(choice.size == 0 ? "frames as they are"
                         : concat("frames of ", usual.height, "x", usual.width,
                                  found.sizes.size() > 1 ? " and other sizes" : "",
                                  " scaled and cropped to ", choice.size, "x", choice.size));
  }
  config.model.model = choice.model;
  config.model.stem_stride = choice.stem_stride;
  say(concat(choice.model, " (", found.train, " clips), stem stride ", choice.stem_stride, " (",
             choice.pixels, " pixels)"));
  if (!is_given("--fusion")) say(concat("fusion ", train::chosen_fusion));
  if (!keeps_batch) config.batch = choice.batch;
  if (!is_given("--epochs")) config.epochs = choice.epochs;
  if (!keeps_batch || !is_given("--epochs"))
    say(concat(config.epochs, " epochs in batches of ", config.batch));
  return "chosen: " + line + "; --model NAME chooses nothing\n";
}

}  // namespace adafuse::cli
