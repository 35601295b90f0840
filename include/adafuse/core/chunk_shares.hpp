// ChunkShares: the chunks of one loop, dealt out to threads in runs.
//
// Each thread begins with a run of chunks of its own, the same from call to call, so that what it
// wrote last time is still in its cache; when it has done them, it helps the others.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <atomic>

namespace adafuse::inline ADAFUSE_SIMD {

/// In which order a thread takes the chunks of its run. Backward, it begins with what the pass
/// before it wrote last, which is still in the nearest cache.
enum class ChunkOrder { forward, backward };

namespace detail {

class ChunkShares {
 public:
  ChunkShares(Index chunks, int threads, ChunkOrder order = ChunkOrder::forward)
      : count_(std::min(threads, most)), order_(order) {
    for (int k = 0; k < count_; ++k) {
      shares_[k].begin = chunks * k / count_;
      shares_[k].end = chunks * (k + 1) / count_;
      shares_[k].next.store(shares_[k].begin, std::memory_order_relaxed);
    }
  }

  /// The part of thread number `thread`: its own run, then what is left of the others'. Returns
  /// how many chunks it did.
  template <class Chunk>
  Index work(int thread, const Chunk& chunk) {
    Index done = 0;
    for (int k = 0; k < count_; ++k) {
      Share& share = shares_[(thread + k) % count_];
      for (Index c; (c = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end; ++done)
        chunk(order_ == ChunkOrder::forward ? c : share.begin + share.end - 1 - c);
    }
    return done;
  }

 private:
  struct alignas(64) Share {  // Each in a cache line of its own.
    std::atomic<Index> next;
    Index begin, end;
  };
  static constexpr int most = 64;  // More threads than these begin in pairs.
  int count_;
  ChunkOrder order_;
  Share shares_[most];
};

}  // namespace detail
}  // namespace adafuse::inline ADAFUSE_SIMD
