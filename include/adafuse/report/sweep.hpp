// A sweep: runs that differ in lambda and seed alone, what sweep.csv says of them, and what the
// runs of one lambda say together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/report/html.hpp>
#include <adafuse/report/metrics_table.hpp>
#include <adafuse/report/spread.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// Texts are as files have them.
struct SweepRun {
  /// As the command line was given them.
  std::string lambda, seed;
  double top1 = 0;           ///< of the best model, per cent
  double macs_fraction = 0;  ///< of the dense network
  double macs_per_clip = 0;  ///< multiply-accumulates, agents included

  /// The run's directory, in that of the sweep.
  std::string directory() const { return "lambda-" + lambda + "_seed-" + seed; }
};

/// The runs of one sweep.
struct Sweep {
  std::string name;            ///< its directory
  std::vector<SweepRun> runs;  ///< as sweep.csv has them
};

/// The runs of one lambda.
struct LambdaRow {
  std::string lambda;  ///< as the command line was given it
  /// Over the seeds; top1 in per cent.
  Spread top1, macs_fraction, macs_per_clip;
};

/// In the order in which lambdas come first.
inline std::vector<LambdaRow> by_lambda(const std::vector<SweepRun>& runs) {
  std::vector<LambdaRow> rows;
  for (const auto& first : runs) {
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const auto& row) { return row.lambda == first.lambda; }))
      continue;
    std::vector<double> top1, fraction, macs;
    for (const auto& run : runs) {
      if (run.lambda != first.lambda) continue;
      top1.push_back(run.top1);
      fraction.push_back(run.macs_fraction);
      macs.push_back(run.macs_per_clip);
    }
    rows.push_back({first.lambda, spread_of(top1), spread_of(fraction), spread_of(macs)});
  }
  return rows;
}

/// By lambda, then by seed: whole numbers below 2^64, told apart by their length first.
inline void sort_runs(std::vector<SweepRun>& runs) {
  std::sort(runs.begin(), runs.end(), [](const SweepRun& a, const SweepRun& b) {
    const double x = MetricsTable::number_of(a.lambda), y = MetricsTable::number_of(b.lambda);
    if (!equals(x, y)) return x < y;
    return a.seed.size() != b.seed.size() ? a.seed.size() < b.seed.size() : a.seed < b.seed;
  });
}

/// A row for each run. No clock times, so that equal sweeps give equal files.
inline std::string sweep_csv(const std::vector<SweepRun>& runs) {
  std::string text = "lambda,seed,top1,macs_fraction,macs_per_clip\n";
  for (const auto& run : runs)
    text += concat(run.lambda, ",", run.seed, ",", number(run.top1, 8), ",",
                   number(run.macs_fraction, 8), ",", number(run.macs_per_clip, 8), "\n");
  return text;
}

/// Reads a sweep.csv. Throws FormatError, naming `name`.
inline std::vector<SweepRun> parse_sweep(std::string_view text, const std::string& name) {
  const auto table = parse_metrics(text, name, "lambda");
  const auto column = [&](const char* key) {
    const auto at = table.find(key);
    require<FormatError>(at.has_value(), name, ":1: expected a column ", key);
    return *at;
  };
  const auto lambda = column("lambda"), seed = column("seed"), top1 = column("top1"),
             fraction = column("macs_fraction"), macs = column("macs_per_clip");
  std::vector<SweepRun> runs;
  for (const auto& row : table.rows)
    runs.push_back({row[lambda], row[seed], MetricsTable::number_of(row[top1]),
                    MetricsTable::number_of(row[fraction]), MetricsTable::number_of(row[macs])});
  return runs;
}

/// A row for each lambda: mean, deviation and range of accuracy and cost.
inline Element sweep_table(const Sweep& sweep) {
  Table t{.caption = "Accuracy and cost by lambda: mean and standard deviation over the seeds",
          .columns = {{"lambda", false},
                      {"runs"},
                      {"top-1"},
                      {"deviation"},
                      {"from"},
                      {"to"},
                      {"of dense MACs"},
                      {"deviation"},
                      {"from"},
                      {"to"}}};
  for (const auto& row : by_lambda(sweep.runs)) {
    std::vector<Cell> cells{{.text = row.lambda, .exact = row.lambda},
                            {.text = std::to_string(row.top1.count)}};
    for (const auto& [spread, factor] :
         {std::pair(row.top1, 1.), std::pair(row.macs_fraction, 100.)}) {
      const auto cell = [scale = factor](double value) {
        return Cell{.text = number(scale * value, 1) + " %", .exact = number(value, 8)};
      };
      cells.push_back(cell(spread.mean));
      cells.push_back(spread.count > 1 ? cell(spread.deviation) : Cell{.text = "\u2013"});
      cells.push_back(cell(spread.least));
      cells.push_back(cell(spread.most));
    }
    t.rows.push_back(std::move(cells));
  }
  return table(t);
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
