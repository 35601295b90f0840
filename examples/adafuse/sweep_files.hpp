// The files of a sweep: sweep.json (the options that all runs share), sweep.csv, report.html, and a
// directory for each run.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/json.hpp>
#include <adafuse/report/page.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace adafuse::cli {

class SweepFiles {
 public:
  explicit SweepFiles(std::filesystem::path dir) : dir_(std::move(dir)) {}

  const std::filesystem::path& dir() const { return dir_; }
  std::filesystem::path options() const { return dir_ / "sweep.json"; }
  std::filesystem::path table() const { return dir_ / "sweep.csv"; }
  std::filesystem::path report() const { return dir_ / "report.html"; }

  /// Makes the directory, or goes on in it. Throws ValueError, naming the option, when the sweep
  /// there began with others; IoError when it holds something else.
  void begin(const io::Json& options) const;

 private:
  std::filesystem::path dir_;
};

/// What a complete run in `dir` reached.
report::SweepRun read_swept_run(const std::filesystem::path& dir, const std::string& lambda,
                                const std::string& seed);

/// Adds the runs of a sweep to a page, and its curve.
void add_sweep_to(report::Page& page, const SweepFiles& files,
                  const std::vector<report::SweepRun>& runs);

/// Writes the sweep's own page; returns the file.
std::filesystem::path write_sweep_report(const SweepFiles& files,
                                         const std::vector<report::SweepRun>& runs);

}  // namespace adafuse::cli
