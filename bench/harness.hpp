// The harness: contenders run in turn, round after round, so that whatever else the machine does
// hits all of them alike; their ratios hold where single figures do not.
// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

#include <adafuse/core/parallel.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Seconds. With one thread: of processor time, which another process on the core does not
/// lengthen.
inline double now(int threads) {
  timespec t{};
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Contender {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds{};  // of one run, one entry for each round

  double minimum() const { return *std::min_element(seconds.begin(), seconds.end()); }
  double median() const { return bench::median(seconds); }
  /// The median over the rounds of this time over that of another in the same round: what slows a
  /// whole round down leaves it as it is.
  double ratio_to(const Contender& other) const {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < seconds.size(); ++round)
      ratios.push_back(seconds[round] / other.seconds[round]);
    return bench::median(std::move(ratios));
  }
};

/// Keeps all threads busy for a while: a burst after idling may find a core asleep.
inline void wake_up(int threads, double seconds) {
  adafuse::parallel_for(threads, 1, [&](adafuse::Index, adafuse::Index) {
    const double start = now(2);
    volatile double sink = 0;
    while (now(2) - start < seconds) sink = sink + 1;
  });
}

/// Runs every contender once in each of `rounds`, each time for about `slice` seconds.
inline void compete(std::vector<Contender>& contenders, int threads, int rounds, double slice) {
  std::vector<int> repeats;
  for (auto& c : contenders) {
    c.run();
    const double start = now(threads);
    c.run();
    repeats.push_back(std::max(1, static_cast<int>(slice / (now(threads) - start + 1e-9))));
  }
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      contenders[i].run();  // Warms the caches with this contender's data.
      const double start = now(threads);
      for (int k = 0; k < repeats[i]; ++k) contenders[i].run();
      contenders[i].seconds.push_back((now(threads) - start) / repeats[i]);
    }
}

}  // namespace bench
