// parallel_for: a loop whose chunks may run on several threads.
//
// Work is cut by the problem (`grain`), never by the number of threads, and chunks share nothing:
// so the same bits come out for any number of threads. A loop that is too short to gain from a
// second thread stays on one: its caller says how much work it is, and one rule decides.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/chunk_shares.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/core/thread_count.hpp>
#include <adafuse/core/thread_team.hpp>
#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <utility>

namespace adafuse::inline ADAFUSE_SIMD {

/// About how long one position of a loop takes on one thread. It decides only how many threads
/// work on the loop, never what they compute; a factor of two more or less does no harm.
struct Work {
  double nanoseconds = std::numeric_limits<double>::infinity();  ///< unknown: taken to be long

  /// So many elements are read, combined in vectors and written. They count half of their time:
  /// another thread would first have to fetch them from the cache of this one.
  static constexpr Work elements(Index count) { return {0.075 * static_cast<double>(count)}; }
  /// So many multiply-adds are done by a kernel that keeps its operands in registers.
  static constexpr Work multiply_adds(Index count) { return {0.015 * static_cast<double>(count)}; }
  /// So many elements go through exp, log, tanh, a generator of random numbers.
  static constexpr Work functions(Index count) { return {1.5 * static_cast<double>(count)}; }

  /// The work of both.
  friend constexpr Work operator+(Work a, Work b) { return {a.nanoseconds + b.nanoseconds}; }
  /// The part of each of so many positions that share it.
  friend constexpr Work operator/(Work all, Index positions) {
    return {all.nanoseconds / static_cast<double>(positions)};
  }
};

namespace detail {

/// The first exception of any chunk, carried to the caller; later chunks are not started.
class FirstError {
 public:
  template <class F>
  void guard(F&& f) noexcept {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      f();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      failed_ = true;
    }
  }
  void rethrow() {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

/// What a loop does with a chunk, whatever its type: sharing it out is compiled once, not once for
/// each loop. It is called through a pointer once for each chunk.
struct LoopBody {
  const void* body;
  void (*call)(const void* body, Index begin, Index end);

  void operator()(Index begin, Index end) const { call(body, begin, end); }
};

/// A function, which is one where a lambda that becomes a pointer is three.
template <class Body>
void call_body(const void* body, Index begin, Index end) {
  (*static_cast<const Body*>(body))(begin, end);
}

[[gnu::noinline]] inline void share_loop(Index count, Index grain, Work work, LoopBody body,
                                         ChunkOrder order) {
  grain = std::clamp<Index>(grain, 1, count);
  const Index chunks = (count - 1) / grain + 1;
  const auto chunk = [&](Index c) { body(c * grain, c + 1 < chunks ? (c + 1) * grain : count); };
  const double nanoseconds = work.nanoseconds * static_cast<double>(count);
  auto& team = process::ThreadTeam::instance();
  const int most = static_cast<int>(std::min<Index>(num_threads(), chunks));
  const int threads = most > 1 && process::may_share() ? team.threads_for(most, nanoseconds) : 1;
  if (threads == 1) {
    for (Index c = 0; c < chunks; ++c) chunk(order == ChunkOrder::forward ? c : chunks - 1 - c);
    return;
  }
  FirstError error;
  ChunkShares shares(chunks, threads, order);
  auto share = [&](int thread) {
    const bool outer = std::exchange(process::ThisThread::inside_parallel, true);
    const Index done = shares.work(thread, [&](Index c) { error.guard([&] { chunk(c); }); });
    process::ThisThread::inside_parallel = outer;
    return done;
  };
  using Share = decltype(share);
  team.run(
      threads - 1, nanoseconds,
      [](void* context, int thread) -> std::int64_t {
        return (*static_cast<Share*>(context))(thread);
      },
      &share);
  error.rethrow();
}

}  // namespace detail

/// Calls `body(begin, end)` for chunks of at most `grain` positions that cover [0, count), in any
/// order and on any thread: after a chunk, a thread mostly takes the one that follows, or the one
/// before it. `work` is that of one position. An exception of a chunk reaches the caller.
template <class Body>
void parallel_for(Index count, Index grain, Work work, const Body& body,
                  ChunkOrder order = ChunkOrder::forward) {
  if (count > 0) detail::share_loop(count, grain, work, {&body, detail::call_body<Body>}, order);
}

/// The same for a loop of unknown work, which is taken to be long.
template <class Body>
void parallel_for(Index count, Index grain, const Body& body,
                  ChunkOrder order = ChunkOrder::forward) {
  if (count > 0) detail::share_loop(count, grain, Work{}, {&body, detail::call_body<Body>}, order);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
