// RoundTrips: how long a message from one thread to another and its answer take.
//
// It is what sharing a loop costs at the least: 100 ns between cores that share a cache, 500 ns and
// more between those that do not.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace adafuse::process::inline ADAFUSE_SIMD {

inline std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Tells the processor that this is a loop that waits.
inline void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// A ball that one thread serves and another one returns.
class RoundTrips {
 public:
  /// Serves for a while, then ends the game; gives up when the ball stays away for `patience`
  /// nanoseconds.
  void serve(std::int64_t patience) {
    constexpr int rounds = 20, trips = 8;
    for (int round = 0; round < rounds; ++round) {
      const std::int64_t start = nanoseconds_now();
      for (int trip = 0; trip < trips; ++trip) {
        const int back = ball_.fetch_add(1) + 2;
        for (int k = 1; ball_.load() != back; ++k)
          if (k % 64 == 0 && nanoseconds_now() - start > patience) return ball_.store(ended);
      }
      const std::int64_t took = (nanoseconds_now() - start) / trips;
      if (shortest_ < 0 || took < shortest_) shortest_ = took;
    }
    ball_.store(ended);
  }

  /// Returns the ball until the game ends.
  void answer() {
    for (int seen = ball_.load(); seen != ended; seen = ball_.load())
      if (seen % 2 == 1)
        ball_.compare_exchange_strong(seen, seen + 1);
      else
        pause_processor();
  }

  /// The least of some round trips, in nanoseconds; -1 where there was none. For who served.
  std::int64_t shortest() const { return shortest_; }

 private:
  static constexpr int ended = -2;
  std::atomic<int> ball_{0};  // odd: on its way to be answered; even: answered
  std::int64_t shortest_ = -1;
};

}  // namespace adafuse::process::inline ADAFUSE_SIMD
