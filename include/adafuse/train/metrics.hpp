// Metrics: a row for each epoch, as CSV. No clock times, so that equal runs give equal files.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <adafuse/train/evaluation.hpp>
#include <cstdio>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Means over the training clips of an epoch, as they were seen.
struct TrainingMetrics {
  double loss = 0, cross_entropy = 0;
  double cost = 0;  ///< share of the dense network's MACs, by the chosen count
  double top1 = 0;  ///< per cent
};

struct EpochMetrics {
  Index epoch = 0;  ///< from 0
  double rate = 0;  ///< the learning rate of the epoch's last step
  TrainingMetrics train;
  Evaluation val;
};

inline std::string csv_header() {
  return "epoch,rate,train_loss,train_cross_entropy,train_cost,train_top1,val_cross_entropy,"
         "val_top1,keep,reuse,skip,macs_fraction\n";
}

inline std::string csv_row(const EpochMetrics& m) {
  std::string row = std::to_string(m.epoch);
  for (const double value : {m.rate, m.train.loss, m.train.cross_entropy, m.train.cost,
                             m.train.top1, m.val.cross_entropy, m.val.top1,
                             m.val.actions.share(Action::keep), m.val.actions.share(Action::reuse),
                             m.val.actions.share(Action::skip), m.val.macs_fraction}) {
    char text[32];
    std::snprintf(text, sizeof text, ",%.8g", value);
    row += text;
  }
  return row + "\n";
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
