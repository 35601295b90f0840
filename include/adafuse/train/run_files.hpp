// The files of a run. Each is written whole or not at all, so an interrupted run leaves the last
// epoch that was finished.
//
//   RUN/config.json       all that the run depends on
//   RUN/metrics.csv       a row for each epoch
//   RUN/last.safetensors  the model after the last epoch
//   RUN/best.safetensors  the model with the highest validation top-1 once lambda counts
//   RUN/summary.json      what the best model is and what it reaches
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/metrics.hpp>
#include <adafuse/train/model_file.hpp>
#include <filesystem>
#include <set>
#include <system_error>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// The result of a run: of its best model.
struct RunSummary {
  std::string model, fusion, policy;
  double top1 = 0;           ///< per cent, on the validation clips
  double macs_per_clip = 0;  ///< that are run, agents included
  double macs_fraction = 1;  ///< of the dense network without agents
  Index parameters = 0;
  double train_seconds = 0;     ///< of the whole run, validation included
  double clips_per_second = 0;  ///< in the training steps
};

template <class Fields>
void list_fields(Fields& f, RunSummary& s) {
  f("model", s.model), f("fusion", s.fusion), f("policy", s.policy);
  f("top1", s.top1), f("macs_per_clip", s.macs_per_clip), f("macs_fraction", s.macs_fraction);
  f("parameters", s.parameters);
  f("train_seconds", s.train_seconds), f("clips_per_second", s.clips_per_second);
}

/// Makes a directory that will hold `ours`, or finds one that holds nothing else. Files that a
/// killed writer left half done (io::FileWriter) are ours and go. Throws IoError when there is
/// anything else: it is somebody's, and one of our names might be too.
inline void claim_directory(const std::filesystem::path& dir, const std::set<std::string>& ours,
                            const std::string& what) {
  namespace fs = std::filesystem;
  try {
    fs::create_directories(dir);
    std::vector<fs::path> half_done;
    for (const auto& entry : fs::directory_iterator(dir)) {
      const std::string name = entry.path().filename().string();
      const auto temporary = name.find(".tmp-");
      require<IoError>(ours.count(name.substr(0, temporary)) > 0, dir.string(), ": holds \"", name,
                       "\", which is no part of ", what, "; give another directory");
      if (temporary != std::string::npos) half_done.push_back(entry.path());
    }
    for (const auto& path : half_done) fs::remove(path);
  } catch (const fs::filesystem_error& error) {
    throw IoError(concat(dir.string(), ": cannot make the directory: ", error.code().message()));
  }
}

class RunFiles {
 public:
  explicit RunFiles(std::filesystem::path dir) : dir_(std::move(dir)) {}

  std::filesystem::path config() const { return dir_ / "config.json"; }
  std::filesystem::path metrics() const { return dir_ / "metrics.csv"; }
  std::filesystem::path last() const { return dir_ / "last.safetensors"; }
  std::filesystem::path best() const { return dir_ / "best.safetensors"; }
  std::filesystem::path summary() const { return dir_ / "summary.json"; }

  /// Makes the directory and begins a new run in it. A directory that holds something else is
  /// refused; an earlier run's results are taken away, so that no mixture of two runs is left.
  void start(const TrainConfig& run, const models::VideoModel<float>& model,
             const ModelCard& card) const {
    claim_directory(
        dir_,
        {"config.json", "metrics.csv", "last.safetensors", "best.safetensors", "summary.json"},
        "a run");
    std::error_code error;
    for (const auto& file : {best(), summary()}) {
      std::filesystem::remove(file, error);
      require<IoError>(!error, file.string(), ": cannot remove: ", error.message());
    }
    io::write_json(config(), to_json(run));
    io::write_file(metrics(), csv_header());
    save_model(last(), model, card);
  }

  void add_epoch(const EpochMetrics& epoch, const models::VideoModel<float>& model,
                 const ModelCard& card, bool is_best) const {
    io::write_file(metrics(), io::read_file(metrics()) + csv_row(epoch));
    save_model(last(), model, card);
    if (is_best) save_model(best(), model, card);
  }

  void finish(const RunSummary& result) const { io::write_json(summary(), to_json(result)); }

 private:
  std::filesystem::path dir_;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
