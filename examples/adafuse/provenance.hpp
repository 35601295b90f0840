// Which program this is and how it was started, for --version and for a run's run.json.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/provenance.hpp>
#include <string>

namespace adafuse::cli {

/// "0.1.0", and the commit where the program was built from a checkout.
std::string version_text();

/// Keeps the arguments of main for provenance().
void remember_command(int argc, char** argv);

/// This process, now, at work on `data`.
train::Provenance provenance(const std::string& data);

}  // namespace adafuse::cli
