// ThreadTeam: threads that help whoever has a loop to share. The one door to OpenMP.
//
// The caller works too, and waits only for chunks that a helper has begun: a helper that the system
// does not let run has begun none, so nobody waits for it. Helpers are OpenMP's threads where it is
// compiled in, so that its environment variables hold for them (OMP_PLACES, OMP_PROC_BIND,
// OMP_STACKSIZE): a thread of its own opens one long parallel region, in which they wait for work.
// A caller never enters a region and so meets no barrier. Without OpenMP they are std::threads.
// docs/decisions/0024 has the measurements.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <adafuse/core/round_trips.hpp>
#include <adafuse/core/system.hpp>
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace adafuse::process {

/// A thread's part in shared loops.
struct ThisThread {
  /// True on a thread that works on a shared loop, ours or OpenMP's: it shares no loop inside of
  /// it.
  static constinit inline thread_local bool inside_parallel = false;
};

inline namespace ADAFUSE_SIMD {
inline bool may_share() {
#ifdef _OPENMP
  if (omp_in_parallel()) return false;
#endif
  return !ThisThread::inside_parallel;
}
}  // namespace ADAFUSE_SIMD

class ThreadTeam {
 public:
  /// What a member of the team does for a loop: `task(context, thread)` does chunks until none is
  /// left, and returns how many. The caller is thread 0.
  using Task = std::int64_t (*)(void* context, int thread);

  ADAFUSE_INLINE ThreadTeam() = default;

  /// The team of the process. It is never destroyed: its threads may outlive main. The child of a
  /// fork has none of its parent's threads; it begins with an empty team.
  ADAFUSE_INLINE static ThreadTeam& instance() {
    ThreadTeam* const team = team_.load(std::memory_order_acquire);
    return team ? *team : make();
  }

  /// Does all of a loop's work on this thread and on up to `helpers` others. `nanoseconds` is how
  /// long it would take one thread, about.
  ADAFUSE_INLINE void run(int helpers, double nanoseconds, Task task, void* context) {
    if (helpers_.load(std::memory_order_relaxed) < helpers) grow(helpers);
    share(helpers, nanoseconds, task, context);
  }

  /// How many threads work on a loop that takes one thread `nanoseconds`, of at most `most`: each
  /// has to bring enough work to pay for it. A caller shows its loop, a helper shows that it is
  /// done, and what they read and write moves between their caches. So enough is some number of
  /// times what a message and its answer take: 100 ns where cores share a cache, 500 where they do
  /// not. In the second case the data goes through memory, and enough is three times as many.
  ADAFUSE_INLINE int threads_for(int most, double nanoseconds) {
    if (most <= 1 || nanoseconds < 2 * round_trips_for_each_thread * shortest_round_trip) return 1;
    if (helpers_.load(std::memory_order_relaxed) > 0) measure_round_trip();
    const double trip = round_trip_.load(std::memory_order_relaxed);
    const double each = trip * round_trips_for_each_thread * (trip < without_shared_cache ? 1 : 3);
    return nanoseconds >= each * most ? most : std::max(1, static_cast<int>(nanoseconds / each));
  }

 private:
  [[gnu::cold, gnu::noinline]] ADAFUSE_INLINE static ThreadTeam& make() {
    const std::lock_guard lock(making_);
    if (!team_.load()) {
      team_.store(new ThreadTeam);
      os::at_fork(nullptr, nullptr, [] { new (team_.load()) ThreadTeam; });
    }
    return *team_.load();
  }

  ADAFUSE_INLINE void share(int helpers, double nanoseconds, Task task, void* context) {
    const int asleep = sleepers_.load();
    const bool waking = asleep > 0 && worth_waking(nanoseconds);
    const bool nobody = !waking && asleep >= helpers_.load(std::memory_order_relaxed);
    Slot* const slot = nobody || stalled_lately() ? nullptr : free_slot();
    if (!slot) {
      task(context, 0);
      return;
    }
    Job job{task, context, {helpers}};
    const std::int64_t start = nanoseconds_now();
    slot->job.store(&job);
    round_.fetch_add(1);
    if (waking) wake(helpers);
    const std::int64_t done = task(context, 0);
    slot->job.store(nullptr);
    if (slot->inside.load() != 0) wait_for_begun(*slot, start, done);
    slot->taken.store(false, std::memory_order_release);
  }

  struct Job {
    Task task;
    void* context;
    std::atomic<int> seats;  // How many more helpers may join.
  };
  /// Where a caller shows its loop. Several callers each have one.
  struct alignas(64) Slot {
    std::atomic<Job*> job{nullptr};
    std::atomic<int> inside{0};  // Helpers that may be using the job.
    std::atomic<bool> taken{false};
  };

  // ---- The caller -------------------------------------------------------------------------------

  /// A slot of this caller's own; none where too many callers share loops already.
  ADAFUSE_INLINE Slot* free_slot() {
    for (Slot& slot : slots_)
      if (!slot.taken.load(std::memory_order_relaxed) &&
          !slot.taken.exchange(true, std::memory_order_acquire))
        return &slot;
    return nullptr;
  }

  /// Waking costs the caller some microseconds, and the helper comes tens of microseconds later. It
  /// pays for a long loop, and for a row of short ones in quick succession.
  ADAFUSE_INLINE bool worth_waking(double nanoseconds) {
    if (nanoseconds >= worth_waking_for) return true;
    const std::int64_t now = nanoseconds_now();
    const std::int64_t before = last_short_.exchange(now, std::memory_order_relaxed);
    const double row = nanoseconds + (now - before < quick_succession ? row_.load() : 0);
    const bool worth = row >= worth_waking_for;
    row_.store(worth ? 0 : row);
    return worth;
  }

  ADAFUSE_INLINE void wake(int helpers) {
    if (helpers >= helpers_.load(std::memory_order_relaxed)) return round_.notify_all();
    for (int k = 0; k < helpers; ++k) round_.notify_one();
  }

  /// Waits for the chunks that helpers have begun. A helper may lose its processor in the middle of
  /// one, for milliseconds, when others want it too. Then the team stays with one thread for some
  /// times as long as the caller has waited: twice at first, up to sixteen times where stalls
  /// follow each other. So they cost a small part of the time.
  ADAFUSE_INLINE void wait_for_begun(Slot& slot, std::int64_t start, std::int64_t chunks_done) {
    for (int k = 0; k < 100; ++k, pause_processor())
      if (slot.inside.load(std::memory_order_acquire) == 0) return;
    const std::int64_t began = nanoseconds_now();
    while (slot.inside.load(std::memory_order_acquire) != 0) {
      for (int k = 0; k < 20; ++k) pause_processor();
      std::this_thread::yield();  // The helper may be waiting for this very processor.
    }
    const std::int64_t end = nanoseconds_now(), waited = end - began;
    const std::int64_t chunk = (began - start) / std::max<std::int64_t>(chunks_done, 1);
    if (waited > shortest_stall + 4 * chunk) {
      const bool again = end - rest_until_.load(std::memory_order_relaxed) < stalls_in_a_row;
      const std::int64_t times = again ? std::min(2 * rest_.load(), rest_at_most) : rest_at_first;
      rest_.store(times);
      rest_until_.store(end + std::min(times * waited, longest_rest), std::memory_order_relaxed);
      resting_.store(true, std::memory_order_relaxed);
    }
  }

  /// Once a second, the least of some round trips: a virtual machine may be moved to other cores.
  /// Where nobody answers in time, the next try is later; it all takes less than a hundredth.
  ADAFUSE_INLINE void measure_round_trip() {
    const std::int64_t start = nanoseconds_now();
    std::int64_t due = next_measurement_.load(std::memory_order_relaxed);
    if (start < due || !next_measurement_.compare_exchange_strong(due, start + second)) return;
    RoundTrips game;
    share(
        1, worth_waking_for,
        [](void* context, int thread) -> std::int64_t {
          auto& g = *static_cast<RoundTrips*>(context);
          if (thread > 0) return g.answer(), 1;
          g.serve(1'000'000);
          return 1;
        },
        &game);
    const std::int64_t end = nanoseconds_now();
    next_measurement_.store(end + std::max(second, 100 * (end - start)));
    if (game.shortest() > 0)
      round_trip_.store(std::max(static_cast<double>(game.shortest()), shortest_round_trip));
  }

  ADAFUSE_INLINE bool stalled_lately() {
    if (!resting_.load(std::memory_order_relaxed)) return false;
    if (nanoseconds_now() < rest_until_.load(std::memory_order_relaxed)) return true;
    resting_.store(false, std::memory_order_relaxed);
    return false;
  }

  // ---- The helpers ------------------------------------------------------------------------------

  /// Makes up for missing helpers. Where the system gives no more threads, there are fewer.
  ADAFUSE_INLINE void grow(int wanted) {
    const std::lock_guard lock(growing_);
    const int first = helpers_.load();
    if (first >= wanted) return;
    try {
#ifdef _OPENMP
      std::thread([this, first, wanted] {
#pragma omp parallel num_threads(wanted - first + 1)
        if (const int number = omp_get_thread_num(); number > 0)
          help(first + number);
        else
          std::atomic<int>(0).wait(0);  // for good: the region lasts as long as the process
      }).detach();
      helpers_.store(wanted);
#else
      for (int id = first; id < wanted; helpers_.store(++id))
        std::thread([this, id] { help(id + 1); }).detach();
#endif
    } catch (const std::system_error&) {
    }
  }

  /// What helper number `thread` does until the process ends: waits for a round, joins its jobs.
  [[noreturn]] ADAFUSE_INLINE void help(int thread) {
    ThisThread::inside_parallel = true;
    for (unsigned seen = 0;;) {
      seen = next_round(seen);
      for (Slot& slot : slots_) join(slot, thread);
    }
  }

  ADAFUSE_INLINE void join(Slot& slot, int thread) {
    if (!slot.job.load(std::memory_order_relaxed)) return;
    // Sequentially consistent, as is the caller's end of the job: either the caller sees that
    // somebody is inside, or this helper sees that the job is over.
    slot.inside.fetch_add(1);
    if (Job* job = slot.job.load())
      if (job->seats.fetch_sub(1, std::memory_order_relaxed) > 0) job->task(job->context, thread);
    slot.inside.fetch_sub(1, std::memory_order_release);
  }

  /// Looks out for a round other than `seen` for a while, then sleeps until it is woken. Now and
  /// then it lets others have the processor: the caller may be waiting for it.
  ADAFUSE_INLINE unsigned next_round(unsigned seen) {
    const std::int64_t end = nanoseconds_now() + lookout;
    do {
      for (int k = 0; k < 50; ++k, pause_processor())
        if (const unsigned round = round_.load(std::memory_order_acquire); round != seen)
          return round;
      std::this_thread::yield();
    } while (nanoseconds_now() < end);
    sleepers_.fetch_add(1);
    round_.wait(seen);
    sleepers_.fetch_sub(1);
    return round_.load(std::memory_order_acquire);
  }

  // Nanoseconds, measured with bench_threads on two cores of an AMD EPYC (Zen 5).
  static constexpr std::int64_t lookout = 100'000;           // How long a helper spins.
  static constexpr std::int64_t quick_succession = 200'000;  // Between two short loops.
  static constexpr double worth_waking_for = 50'000;         // Work that pays for waking.
  static constexpr std::int64_t shortest_stall = 50'000;
  static constexpr std::int64_t stalls_in_a_row = 50'000'000;  // From a rest to the next stall.
  static constexpr std::int64_t longest_rest = 100'000'000;
  static constexpr std::int64_t rest_at_first = 2, rest_at_most = 16;  // Times the stall.

  static constexpr double round_trips_for_each_thread = 40;
  static constexpr double shortest_round_trip = 50, without_shared_cache = 250;
  static constexpr std::int64_t second = 1'000'000'000;

  static constinit inline std::atomic<ThreadTeam*> team_{nullptr};
  static constinit inline os::StaticMutex making_;

  alignas(64) std::atomic<unsigned> round_{0};
  std::atomic<int> sleepers_{0};
  alignas(64) Slot slots_[8];
  std::atomic<int> helpers_{0};
  std::mutex growing_;
  std::atomic<double> round_trip_{100};  // nanoseconds
  std::atomic<std::int64_t> next_measurement_{0};
  std::atomic<bool> resting_{false};
  std::atomic<std::int64_t> rest_until_{0}, rest_{rest_at_first}, last_short_{0};
  std::atomic<double> row_{0};  // Work of the short loops that went by while helpers slept.
};

}  // namespace adafuse::process
