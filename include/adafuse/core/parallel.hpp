// parallel_for: the one door to threads. OpenMP where it is compiled in, else std::thread.
//
// Work is cut by the problem (`grain`), never by the number of threads, and chunks share nothing:
// so the same bits come out for any number of threads. Each thread begins with a run of chunks of
// its own, the same from call to call, so that what it wrote last time is still in its cache; when
// it has done them, it helps the others.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#ifdef _OPENMP
#include <omp.h>
#else
#include <condition_variable>
#include <functional>
#endif

namespace adafuse {

/// What all files of a process share, whatever they are compiled for.
struct ThreadSetting {
  static constinit inline std::atomic<int> threads{0};  // 0: nobody has asked yet.
  /// True inside a parallel_for: a nested one runs where it is.
  static constinit inline thread_local bool inside = false;
};

inline namespace ADAFUSE_SIMD {

/// In which order a thread takes the chunks of its run. Backward, it begins with what the pass
/// before it wrote last, which is still in the nearest cache.
enum class ChunkOrder { forward, backward };

namespace detail {

inline int default_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS"))
    if (const int n = std::atoi(text); n > 0) return n;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

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

/// The chunks of one parallel_for, dealt out in runs.
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

  /// The part of thread number `thread`: its own run, then what is left of the others'.
  template <class Chunk>
  void work(int thread, const Chunk& chunk) {
    for (int k = 0; k < count_; ++k) {
      Share& share = shares_[(thread + k) % count_];
      for (Index c; (c = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;)
        chunk(order_ == ChunkOrder::forward ? c : share.begin + share.end - 1 - c);
    }
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

#ifndef _OPENMP
/// Threads that wait for work between parallel_fors. One caller has them at a time; another caller
/// that finds them busy does its work alone.
class ThreadTeam {
 public:
  static ThreadTeam& instance() {
    static ThreadTeam team;
    return team;
  }

  /// Runs `work(0)` on the caller and `work(1)` .. `work(extra)` on more threads; false when the
  /// team is busy.
  bool run(int extra, const std::function<void(int)>& work) {
    const std::unique_lock busy(busy_, std::try_to_lock);
    if (!busy) return false;
    while (static_cast<int>(threads_.size()) < extra)
      threads_.emplace_back([this, id = static_cast<int>(threads_.size()), seen = round_] {
        wait_for_work(id, seen);
      });
    {
      const std::lock_guard lock(mutex_);
      work_ = &work;
      wanted_ = running_ = extra;
      ++round_;
    }
    start_.notify_all();
    work(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    return true;
  }

  ~ThreadTeam() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    start_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

 private:
  void wait_for_work(int id, unsigned seen) {
    std::unique_lock lock(mutex_);
    for (;;) {
      start_.wait(lock, [&] { return stop_ || round_ != seen; });
      if (stop_) return;
      seen = round_;
      if (id >= wanted_) continue;
      const auto* work = work_;
      lock.unlock();
      (*work)(id + 1);
      lock.lock();
      if (--running_ == 0) done_.notify_one();
    }
  }

  std::mutex busy_, mutex_;
  std::condition_variable start_, done_;
  std::vector<std::thread> threads_;
  const std::function<void(int)>* work_ = nullptr;
  int wanted_ = 0, running_ = 0;
  unsigned round_ = 0;
  bool stop_ = false;
};
#endif

}  // namespace detail

/// How many threads a parallel_for may use (first: OMP_NUM_THREADS, or one for each core).
inline int num_threads() {
  if (int none = 0; ThreadSetting::threads == 0)
    ThreadSetting::threads.compare_exchange_strong(none, detail::default_threads());
  return ThreadSetting::threads;
}

inline void set_num_threads(int threads) {
  require<ValueError>(threads >= 1, "set_num_threads: at least 1, got ", threads);
  ThreadSetting::threads = threads;
}

/// Calls `body(begin, end)` for chunks of at most `grain` positions that cover [0, count), in any
/// order and on any thread: after a chunk, a thread mostly takes the one that follows, or the one
/// before it. An exception of a chunk reaches the caller.
template <class Body>
void parallel_for(Index count, Index grain, const Body& body,
                  ChunkOrder order = ChunkOrder::forward) {
  if (count <= 0) return;
  grain = std::max<Index>(grain, 1);
  const Index chunks = (count + grain - 1) / grain;
  const auto chunk = [&](Index c) { body(c * grain, std::min(count, (c + 1) * grain)); };
  const int threads = static_cast<int>(std::min<Index>(num_threads(), chunks));
  if (threads <= 1 || ThreadSetting::inside) {
    for (Index c = 0; c < chunks; ++c) chunk(order == ChunkOrder::forward ? c : chunks - 1 - c);
    return;
  }
  detail::FirstError error;
  detail::ChunkShares shares(chunks, threads, order);
  const auto work = [&](int thread) {
    const bool outer = std::exchange(ThreadSetting::inside, true);
    shares.work(thread, [&](Index c) { error.guard([&] { chunk(c); }); });
    ThreadSetting::inside = outer;
  };
#ifdef _OPENMP
#pragma omp parallel num_threads(threads)
  work(omp_get_thread_num());
#else
  if (!detail::ThreadTeam::instance().run(threads - 1, work)) work(0);
#endif
  error.rethrow();
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
