// The files of a run, for whoever reads one; train/run_writer.hpp writes them.
//
//   RUN/config.json       all that the run depends on
//   RUN/run.json          where it comes from: command, code, machine (train/provenance.hpp)
//   RUN/metrics.csv       a row for each epoch
//   RUN/last.safetensors  the model after the last epoch
//   RUN/best.safetensors  the model with the highest validation top-1 (train/best_epoch.hpp)
//   RUN/state.safetensors what a run that is not complete goes on from (train/training_state.hpp)
//   RUN/left_out.txt      a line for each clip that was left out, if any was
//   RUN/summary.json      what the best model is and what it reaches; the run is complete
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <filesystem>
#include <string>
#include <utility>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// The result of a run: of its best model.
struct RunSummary {
  /// As the command line calls them.
  std::string model, fusion, policy;
  double top1 = 0;              ///< per cent, on the validation clips
  double map = 0;               ///< per cent; counted for clips of several labels alone
  double macs_per_clip = 0;     ///< that are run, agents included
  double macs_fraction = 1;     ///< of the dense network without agents
  Index parameters = 0;         ///< of the network, agents included
  double train_seconds = 0;     ///< of the whole run, validation included
  double clips_per_second = 0;  ///< in the training steps
};

template <class Fields>
void list_fields(Fields& f, RunSummary& s) {
  f("model", s.model), f("fusion", s.fusion), f("policy", s.policy);
  f("top1", s.top1), f.where_set("map", s.map), f("macs_per_clip", s.macs_per_clip),
      f("macs_fraction", s.macs_fraction);
  f("parameters", s.parameters);
  f("train_seconds", s.train_seconds), f("clips_per_second", s.clips_per_second);
}

/// The paths of a run's files.
class RunFiles {
 public:
  /// Those of this directory; nothing is read.
  explicit RunFiles(std::filesystem::path dir) : dir_(std::move(dir)) {}

  const std::filesystem::path& dir() const { return dir_; }
  /// How it was asked for.
  std::filesystem::path config() const { return dir_ / "config.json"; }
  /// Where it comes from.
  std::filesystem::path provenance() const { return dir_ / "run.json"; }
  /// A row for each epoch.
  std::filesystem::path metrics() const { return dir_ / "metrics.csv"; }
  /// The model after the last epoch.
  std::filesystem::path last() const { return dir_ / "last.safetensors"; }
  /// The best epoch's model.
  std::filesystem::path best() const { return dir_ / "best.safetensors"; }
  /// What an interrupted run goes on from.
  std::filesystem::path state() const { return dir_ / "state.safetensors"; }
  /// The result.
  std::filesystem::path summary() const { return dir_ / "summary.json"; }
  /// The page.
  std::filesystem::path report() const { return dir_ / "report.html"; }
  /// The clips that could not be read.
  std::filesystem::path left_out() const { return dir_ / "left_out.txt"; }

 private:
  std::filesystem::path dir_;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
