// Writes a run, epoch by epoch. Each file is written whole or not at all, so an interrupted run
// leaves the last epoch that was finished; and an earlier run stays until this one is complete
// (io/directory_writer.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/directory_writer.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/run_files.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

inline io::DirectoryKind run_directory() {
  return {.what = "a run",
          .names = {"config.json", "metrics.csv", "last.safetensors", "best.safetensors",
                    "summary.json", "report.html"},
          .last = "summary.json"};
}

class RunWriter {
 public:
  /// Makes room for a run in `dir`. Throws IoError, and has changed nothing, when another process
  /// writes there, when there is an earlier run that is not to be overwritten, or anything else.
  explicit RunWriter(const std::filesystem::path& dir, bool overwrite = false)
      : dir_(dir, run_directory(), overwrite) {}

  /// Where the files are now: in `dir`, or beside an earlier run that is there until finish().
  RunFiles files() const { return RunFiles(dir_.path()); }
  /// Where they are after finish().
  RunFiles place() const { return RunFiles(dir_.place()); }
  bool replaces() const { return dir_.replaces(); }

  void start(const TrainConfig& run, const models::VideoModel<float>& model,
             const ModelCard& card) const {
    io::write_json(files().config(), to_json(run));
    io::write_file(files().metrics(), csv_header());
    save_model(files().last(), model, card);
  }

  void add_epoch(const EpochMetrics& epoch, const models::VideoModel<float>& model,
                 const ModelCard& card, bool is_best) const {
    io::write_file(files().metrics(), io::read_file(files().metrics()) + csv_row(epoch));
    save_model(files().last(), model, card);
    if (is_best) save_model(files().best(), model, card);
  }

  /// The run is complete, and takes the place of an earlier one.
  void finish(const RunSummary& result) {
    io::write_json(files().summary(), to_json(result));
    dir_.commit();
  }

 private:
  io::DirectoryWriter dir_;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
