// A run as a part of a report: what its files say, and what its best model decides on clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <adafuse/report/page.hpp>
#include <filesystem>

namespace adafuse::cli {

/// The run in `dir`, under the name of the directory, by its files alone. Throws IoError,
/// FormatError.
report::RunPage read_run(const std::filesystem::path& dir);

/// Adds what the run's best model (the last one, where there is no best one) decides on the clips.
/// Throws FormatError for a model that is not finite, and for clips what evaluation throws.
void add_clips(report::RunPage& run, const std::filesystem::path& dir, const data::Dataset& clips);

/// The names of the classes that the run's model was trained on.
std::vector<std::string> classes_of_run(const std::filesystem::path& dir);

/// Writes a page with one run into its directory, as report.html; returns the file.
std::filesystem::path write_run_report(const std::filesystem::path& dir,
                                       const data::Dataset& clips);

}  // namespace adafuse::cli
