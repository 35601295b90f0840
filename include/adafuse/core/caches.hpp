// The caches of one core. Blocks of work are cut by them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/system.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// Caches of one core, in floats. Blocks of work are cut by them, as far as that leaves the order
/// of sums alone: the same file gives the same bits on every machine.
struct Caches {
  /// Of the first level, and of the second.
  long l1, l2;

  /// As the system tells; where it does not, 32 KiB and 512 KiB.
  static const Caches& here() {
    static const Caches caches = ask();
    return caches;
  }
  /// Asks the system, each time.
  static Caches ask() {
    Caches caches{os::data_cache(1) / 4, os::data_cache(2) / 4};
    if (caches.l1 <= 0) caches.l1 = 32 * 1024 / 4;
    if (caches.l2 <= 0) caches.l2 = 512 * 1024 / 4;
    return caches;
  }
};

}  // namespace adafuse::inline ADAFUSE_SIMD
