// Options about which frames are looked at.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/frame_rules.hpp>

#include "command.hpp"

namespace adafuse::cli {

inline void add_frame_rules(CLI::App& command, train::FrameRules& rules) {
  add_value(command, "--exit-confidence", rules.exit_confidence, "P",
            "look at no more frames once the best class has a score above P, from 0 (after one\n"
            "frame) to 1 (never)");
  add_value(command, "--frame-change", rules.frame_change, "C",
            "pass over frames that differ from the last one looked at by less than the share C\n"
            "of their size, from 0 (none) to inf (all but the first)");
}

/// Whether one was given. Throws ValueError for what is no rule.
inline bool asks_for_frame_rules(const CLI::App& command, const train::FrameRules& rules) {
  train::check(rules);
  return command.count("--exit-confidence") + command.count("--frame-change") > 0;
}

}  // namespace adafuse::cli
