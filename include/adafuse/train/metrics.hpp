// Metrics: a row for each epoch, as CSV. No clock times, so that equal runs give equal files.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <adafuse/train/evaluation.hpp>
#include <cstdio>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Means over the training clips of an epoch, as they were seen.
struct TrainingMetrics {
  /// The objective, and its cross-entropy in nats.
  double loss = 0, cross_entropy = 0;
  double cost = 0;    ///< share of the dense network's MACs, by the chosen count
  double top1 = 0;    ///< per cent
  double lambda = 0;  ///< weight of the cost

  /// Adds each number, on the way to a mean.
  TrainingMetrics& operator+=(const TrainingMetrics& other) {
    loss += other.loss, cross_entropy += other.cross_entropy, cost += other.cost;
    top1 += other.top1, lambda += other.lambda;
    return *this;
  }
  TrainingMetrics operator/(double n) const {
    return {loss / n, cross_entropy / n, cost / n, top1 / n, lambda / n};
  }
};

/// A row of metrics.csv.
struct EpochMetrics {
  Index epoch = 0;        ///< from 0
  double rate = 0;        ///< the learning rate of the epoch's last step
  TrainingMetrics train;  ///< over the training clips
  Evaluation val;         ///< over the validation clips
};

/// Runs on clips of several labels have one more column, the mean average precision in per cent.
inline std::string csv_header(bool several_labels = false) {
  std::string header =
      "epoch,rate,train_loss,train_cross_entropy,train_cost,train_top1,val_cross_entropy,val_top1";
  for (const ActionRow& action : adafuse_actions) header += concat(",", action.name);
  return header + ",macs_fraction" + (several_labels ? ",val_map\n" : "\n");
}

/// The row as CSV, in the order of the headings.
inline std::string csv_row(const EpochMetrics& m) {
  std::string row = std::to_string(m.epoch);
  std::vector<double> values{m.rate,       m.train.loss, m.train.cross_entropy,
                             m.train.cost, m.train.top1, m.val.cross_entropy,
                             m.val.top1};
  for (const Action action : all_actions) values.push_back(m.val.actions.share(action));
  values.push_back(m.val.macs_fraction);
  if (m.val.several_labels) values.push_back(map_of(m.val));
  for (const double value : values) {
    char text[32];
    std::snprintf(text, sizeof text, ",%.8g", value);
    row += text;
  }
  return row + "\n";
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
