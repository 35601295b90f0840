// train --resume: what a run that was left goes on with, and how a run is left.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/trainer.hpp>
#include <adafuse/train/unfinished_run.hpp>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "progress.hpp"

namespace adafuse::cli {

/// --resume. With it none of `required` is required.
void add_resume(CLI::App& command, std::string& run, const std::vector<CLI::Option*>& required);

/// --save-every.
void add_save_every(CLI::App& command, Index& steps);

/// Throws ValueError for an option that a run cannot change once it has begun.
void refuse_beside_resume(const CLI::App& command);

/// Where the data come from, and what else of the command line changes no number: the options as
/// they were given, to be kept in the state of the run.
io::Json source_of(const CLI::App& command);

/// Gives options that were not given now what they had when the run began. Throws FormatError for
/// an option that there is not.
void take_source(CLI::App& command, const io::Json& source);

/// How far a run has come. Nothing when it is complete, which is said on standard output.
std::optional<train::UnfinishedRun> find_run_to_resume(const std::string& run);

/// Trains with a progress table, unless it is to be quiet. After Ctrl-C or SIGTERM says what
/// `goes_on`, and throws ExitCode. Of several ranks the first alone has a writer.
train::RunSummary run_or_stop(train::Trainer& trainer, train::RunWriter* writer,
                              const train::SavingOptions& saving, const std::string& goes_on,
                              const ProgressOptions& progress);

}  // namespace adafuse::cli
