// Step by step: where does a clip take a larger share of the dense network's time than of its
// multiply-accumulates?
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip/clip_session.hpp>
#include <cstdio>

#include "harness.hpp"

namespace bench {

/// The ledger of one clip, with the medians of each step's seconds.
class StepTimes {
 public:
  void run(adafuse::infer::ClipSession<float>& session, const adafuse::Tensor<float>& clip) {
    adafuse::infer::Ledger now;
    session.set_ledger(&now);
    session.run(clip);
    session.set_ledger(nullptr);
    seconds_.resize(now.rows.size());
    for (std::size_t i = 0; i < now.rows.size(); ++i) seconds_[i].push_back(now.rows[i].seconds);
    ledger_ = std::move(now);
  }
  adafuse::infer::Ledger medians() const {
    auto result = ledger_;
    for (std::size_t i = 0; i < seconds_.size(); ++i) result.rows[i].seconds = median(seconds_[i]);
    return result;
  }

 private:
  adafuse::infer::Ledger ledger_;
  std::vector<std::vector<double>> seconds_;  // [steps][runs]
};

/// The excess of each step is seconds / all dense seconds - MACs run / all dense MACs: their sum is
/// that of the clip. Prints the steps of which it is at least `least`, and the sum of the others.
inline void print_excess(const adafuse::infer::Ledger& dense, const adafuse::infer::Ledger& sparse,
                         double least = 0.002) {
  using adafuse::infer::LedgerRow;
  const double seconds = dense.total(&LedgerRow::seconds), macs = dense.total(&LedgerRow::macs);
  double sum = 0, others = 0;
  for (const auto& row : sparse.rows) {
    const double excess = row.seconds / seconds - row.macs_run / macs;
    sum += excess;
    if (excess < least) {
      others += excess;
      continue;
    }
    double before = 0;  // What the dense network does not have, it does in no time.
    for (const auto& same : dense.rows)
      if (same.step == row.step) before = same.seconds;
    std::printf("    %-24s dense %7.3f ms, now %7.3f, MACs %.3f   excess %+.4f\n", row.step.c_str(),
                1e3 * before, 1e3 * row.seconds, row.macs > 0 ? row.macs_run / row.macs : 0.0,
                excess);
  }
  std::printf("    %-24s excess %+.4f; in all %+.4f\n", "the others together", others, sum);
}

}  // namespace bench
