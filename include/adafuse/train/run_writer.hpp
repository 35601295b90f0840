// Writes a run, epoch by epoch. Each file is written whole or not at all, so an interrupted run
// leaves the last epoch that was finished; and an earlier run stays until this one is complete
// (io/directory_writer.hpp).
//
// At the end of an epoch state.safetensors is written first, and decides. It holds what the others
// are made of, so a process may die between any two of them: repair() brings them in line.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/directory_writer.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/training_state.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// How a directory is known as a run.
inline io::DirectoryKind run_directory() {
  return {.what = "a run",
          .names = {"config.json", "metrics.csv", "last.safetensors", "best.safetensors",
                    "state.safetensors", "summary.json", "report.html", "run.json", "left_out.txt"},
          .last = "summary.json"};
}

/// Writes a run, epoch by epoch.
class RunWriter {
 public:
  /// Makes room for a run in `dir`. Throws IoError, and has changed nothing, when another process
  /// writes there, when there is an earlier run that is not to be overwritten, or anything else.
  explicit RunWriter(const std::filesystem::path& dir, bool overwrite = false)
      : dir_(dir, run_directory(), overwrite) {}

  /// Goes on with the run that was to be in `dir`. Throws IoError when another process writes there
  /// and when there is none.
  RunWriter(io::GoOn, const std::filesystem::path& dir)
      : dir_(io::GoOn{}, dir, run_directory()), goes_on_(true) {}

  /// Whether it goes on with a run, which then has been started.
  bool goes_on() const { return goes_on_; }
  /// Where the files are now: in `dir`, or beside an earlier run that is there until finish().
  RunFiles files() const { return RunFiles(dir_.path()); }
  /// Where they are after finish().
  RunFiles place() const { return RunFiles(dir_.place()); }
  /// Whether an earlier run is there, which this one takes the place of.
  bool replaces() const { return dir_.replaces(); }

  /// Writes what is known before the first step.
  void start(const TrainConfig& run, const models::VideoModel<float>& model,
             const ModelCard& card) const {
    io::write_json(files().config(), to_json(run));
    io::write_file(files().metrics(), csv_header(run.several_labels));
    save_model(files().last(), model, card);
  }

  /// Writes an epoch's row and model, and the best model where it is that.
  void add_epoch(const EpochMetrics& epoch, const models::VideoModel<float>& model,
                 const ModelCard& card, bool is_best) const {
    keeping_state([&] {
      io::write_file(files().metrics(), io::read_file(files().metrics()) + csv_row(epoch));
      save_model(files().last(), model, card);
      if (is_best) save_model(files().best(), model, card);
    });
  }

  /// Where the training is: written before the files of an epoch that it tells of.
  template <class Model, class Optimizer>
  void save_state(const Model& model, const Optimizer& optimizer, const SavedTraining& saved,
                  const std::map<std::string, Tensor<float>>& average = {}) const {
    keeping_state([&] { save(files().state(), model, optimizer, to_extra(saved, average)); });
  }

  /// After a state was read: what a process that died had left to do.
  void repair(const TrainingState& state, const models::VideoModel<float>& model,
              const ModelCard& card) const {
    io::write_file(files().metrics(), csv_header(card.several_labels) + state.rows);
    if (state.step > 0) return;  // inside of an epoch the others are as the epoch before left them
    save_model(files().last(), model, card);
    if (state.best_epoch >= 0 && state.best_epoch + 1 == state.epoch)
      save_model(files().best(), model, card);
  }

  /// The run is complete, and takes the place of an earlier one.
  void finish(const RunSummary& result) {
    io::write_json(files().summary(), to_json(result));
    settle();
  }

  bool complete() const { return std::filesystem::exists(files().summary()); }
  /// What is left to do once the summary is there.
  void settle() {
    std::error_code error;
    std::filesystem::remove(files().state(), error);
    require<IoError>(!error, files().state().string(), ": cannot be removed: ", error.message());
    dir_.commit();
  }

 private:
  /// Writes, and says in an IoError that nothing is lost, if a state was saved before.
  template <class Write>
  void keeping_state(const Write& write) const {
    try {
      write();
    } catch (const IoError& error) {
      const bool saved = std::filesystem::exists(files().state());
      throw IoError(
          concat(error.what(), saved ? "; the run can go on from what was saved before" : ""));
    }
  }

  io::DirectoryWriter dir_;
  bool goes_on_ = false;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
