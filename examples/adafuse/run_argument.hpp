// The directory of a run, as commands are given it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <filesystem>
#include <string>

namespace adafuse::cli {

/// Throws IoError for a file where the directory of a run is meant. `argument` is what the command
/// calls it, `instead` says what takes a file.
inline void require_run_directory(const std::string& argument, const std::string& run,
                                  const std::string& instead = "") {
  std::error_code error;
  const bool file =
      std::filesystem::exists(run, error) && !std::filesystem::is_directory(run, error);
  require<IoError>(!file, argument, ": expects the directory of a run, got the file ",
                   io::escaped(run), instead);
}

}  // namespace adafuse::cli
