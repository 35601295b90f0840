// The model of a run, the best or the last one, as commands are asked for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/model_file.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/start_weights.hpp>

#include "command.hpp"
#include "run_argument.hpp"

namespace adafuse::cli {

inline void add_checkpoint(CLI::App& command, std::string& checkpoint) {
  add_value(command, "--checkpoint", checkpoint, "NAME", "of the run: best or last")
      ->check(CLI::IsMember({"best", "last"}))
      ->capture_default_str();
}

/// Its file; `checkpoint` is best or last.
inline std::filesystem::path run_model_file(const std::string& run, const std::string& checkpoint) {
  const train::RunFiles files(run);
  return checkpoint == "best" ? files.best() : files.last();
}

/// Reads it. Throws IoError, FormatError, and ValueError for a weight that is not finite.
inline train::SavedModel load_run(const std::string& run, const std::string& checkpoint) {
  const train::RunFiles files(run);
  require<IoError>(checkpoint == "last" || std::filesystem::exists(files.best()) ||
                       !std::filesystem::exists(files.last()),
                   run, ": has no best model yet; --checkpoint last takes the last one");
  const auto file = run_model_file(run, checkpoint);
  auto saved = train::load_model(file);
  train::require_finite_state(saved.model, file.string());
  return saved;
}

}  // namespace adafuse::cli
