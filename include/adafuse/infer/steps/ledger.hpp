// Ledger: what a session did, step by step: the work that the kernels were given, and its time.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <string>
#include <vector>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// One step, summed over all frames since the ledger was opened.
struct LedgerRow {
  std::string step;     ///< "layer1.0.conv1"
  bool policy = false;  ///< an agent's, or its stand-in's
  double macs = 0;      ///< multiply-accumulates, had nothing been skipped
  double macs_run = 0;  ///< that were run
  double seconds = 0;
  double bytes = 0;  ///< of maps and weights that had to be read and written, each once
};

struct Ledger {
  std::vector<LedgerRow> rows;
  Index frames = 0;

  double total(double LedgerRow::*column) const {
    double sum = 0;
    for (const auto& row : rows) sum += row.*column;
    return sum;
  }
  /// Of the agents alone.
  double policy(double LedgerRow::*column) const {
    double sum = 0;
    for (const auto& row : rows)
      if (row.policy) sum += row.*column;
    return sum;
  }
  /// The share of the dense network's multiply-accumulates, agents not counted, that was run,
  /// agents counted.
  double macs_fraction() const {
    return total(&LedgerRow::macs_run) / (total(&LedgerRow::macs) - policy(&LedgerRow::macs));
  }
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
