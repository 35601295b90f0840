// ThreadTeam: helpers that join, and a caller that waits only for what they have begun.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/thread_team.hpp>
#include <atomic>
#include <chrono>
#include <limits>
#include <thread>
#include <vector>
#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace thread_team_test {

using namespace adafuse;

namespace {

constexpr double long_work = 1e9;  // nanoseconds: worth waking helpers

/// Runs `work(thread)`, which returns how many chunks it did, with up to `helpers` helpers.
template <class F>
void run(int helpers, F work) {
  process::ThreadTeam::instance().run(
      helpers, long_work,
      [](void* context, int thread) -> std::int64_t { return (*static_cast<F*>(context))(thread); },
      &work);
}

/// Calls run() until helpers have come: the system may let them run late.
template <class F>
void until_joined(int helpers, const std::atomic<int>& joined, F work) {
  while (joined < helpers) run(helpers, work);
}

}  // namespace

TEST_CASE("ThreadTeam: the caller is thread 0, a helper is not") {
  std::atomic<int> joined{0};
  std::atomic<bool> wrong{false};
  const auto caller = std::this_thread::get_id();
  until_joined(2, joined, [&](int thread) {
    wrong = wrong || (thread == 0) != (std::this_thread::get_id() == caller);
    if (thread > 0)
      ++joined;
    else
      std::this_thread::yield();
    return 1;
  });
  CHECK_FALSE(wrong);
}

TEST_CASE("threads_for: each thread has enough to do") {
  auto& team = process::ThreadTeam::instance();
  CHECK(team.threads_for(8, 0) == 1);
  CHECK(team.threads_for(8, 100) == 1);  // nanoseconds
  CHECK(team.threads_for(8, 1e9) == 8);
  CHECK(team.threads_for(1, 1e9) == 1);
  CHECK(team.threads_for(8, std::numeric_limits<double>::infinity()) == 8);
  int before = 1;
  for (double work = 100; work < 1e9; work *= 1.5) {
    const int threads = team.threads_for(8, work);
    CHECK(threads >= before);
    before = threads;
  }
}

TEST_CASE("ThreadTeam: no more helpers join than were asked for") {
  std::atomic<int> most{0};
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> inside{0};
    run(1, [&](int) {
      const int now = ++inside;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      return 1;
    });
  }
  CHECK(most <= 2);
}

TEST_CASE("ThreadTeam: nobody waits for a helper that has not begun") {
  // The helper is kept inside of one caller's loop; another caller's loops end without it.
  std::atomic<bool> helper_inside{false}, release{false};
  std::thread first([&] {
    while (!helper_inside)
      run(1, [&](int thread) {
        if (thread > 0) {
          helper_inside = true;
          while (!release) std::this_thread::yield();
        }
        return 1;
      });
  });
  while (!helper_inside) std::this_thread::yield();
  int loops = 0;
  for (int k = 0; k < 100; ++k)
    run(1, [&](int thread) {
      if (thread == 0) ++loops;
      return 1;
    });
  CHECK(loops == 100);
  release = true;
  first.join();
}

TEST_CASE("ThreadTeam: what a helper wrote is there when run() returns") {
  for (int round = 0; round < 500; ++round) {
    std::vector<int> numbers(64, 0);
    std::atomic<int> next{0};
    run(2, [&](int) {
      std::int64_t done = 0;
      for (int c; (c = next++) < 64; ++done) numbers[static_cast<std::size_t>(c)] = c + 1;
      return done;
    });
    int wrong = 0;
    for (int c = 0; c < 64; ++c) wrong += numbers[static_cast<std::size_t>(c)] != c + 1;
    REQUIRE(wrong == 0);
  }
}

TEST_CASE("ThreadTeam: inside of a shared loop nothing is shared again") {
  std::atomic<bool> outside{true}, inside{false};
  CHECK(process::may_share());
  run(1, [&](int thread) {
    if (thread > 0)
      inside = inside || process::may_share();
    else
      outside = true;
    return 1;
  });
  CHECK_FALSE(inside);
}

#if defined(__unix__) || defined(__APPLE__)
TEST_CASE("ThreadTeam: the child of a fork has helpers of its own") {
  const int before = num_threads();
  set_num_threads(2);
  // Whether a helper takes one of two chunks; a busy machine may need a few tries.
  const auto helper_comes = [] {
    const auto caller = std::this_thread::get_id();
    std::atomic<bool> came{false};
    for (int round = 0; round < 1000 && !came; ++round)
      parallel_for(2, 1, [&](Index, Index) {
        if (std::this_thread::get_id() != caller)
          came = true;
        else
          std::this_thread::sleep_for(std::chrono::milliseconds(came ? 0 : 2));
      });
    return came.load();
  };
  CHECK(helper_comes());
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(60);  // A child that hangs ends.
    ::_exit(helper_comes() ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(helper_comes());  // The parent keeps its own.
  set_num_threads(before);
}
#endif

}  // namespace thread_team_test
