// A run that was left before it was complete: what it takes to go on with it. Nothing is changed
// until a RunWriter goes on.
//
//   const auto left = train::find_unfinished("run");
//   train::Trainer trainer(left.config, dataset);
//   train::check_same_data(left.saved.data, trainer.data());
//   train::RunWriter writer(io::GoOn{}, "run");
//   trainer.run(writer);
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/left_directory.hpp>
#include <adafuse/train/config.hpp>
#include <adafuse/train/run_writer.hpp>
#include <adafuse/train/training_state.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What it takes to go on with a run.
struct UnfinishedRun {
  RunFiles files;       ///< where it is
  TrainConfig config;   ///< how it was asked for
  SavedTraining saved;  ///< where it is in its training
};

/// Reads how far a run has come. Throws IoError when somebody writes it, and when there is nothing
/// to go on from; FormatError; ValueError when its config.json has changed.
inline UnfinishedRun find_unfinished(const std::filesystem::path& dir) {
  const auto left = io::find_left(dir, run_directory());
  const RunFiles files(left.path);
  require<ValueError>(!left.complete, left.path.string(), ": the run is complete");
  require<IoError>(std::filesystem::exists(files.state()), left.path.string(),
                   ": holds no state to go on from; --overwrite begins anew");
  const auto name = files.config().string();
  auto config = from_json<TrainConfig>(io::read_json(files.config()), name);
  auto saved = read_saved_training(files.state());
  check_same_config(saved.config, to_json(config), name);
  return {files, std::move(config), std::move(saved)};
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
