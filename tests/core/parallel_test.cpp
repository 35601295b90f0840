// parallel_for: covers everything once, carries errors, and survives nesting and crowds.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/parallel.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace parallel_test {

using namespace adafuse;

namespace {

/// Sets the number of threads for one test.
class WithThreads {
 public:
  explicit WithThreads(int threads) : before_(num_threads()) { set_num_threads(threads); }
  ~WithThreads() { set_num_threads(before_); }

 private:
  int before_;
};

/// How often each position is visited.
std::vector<int> visits(Index count, Index grain, ChunkOrder order = ChunkOrder::forward) {
  std::vector<std::atomic<int>> seen(static_cast<std::size_t>(std::max<Index>(count, 0)));
  const auto visit = [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  };
  parallel_for(count, grain, visit, order);
  return {seen.begin(), seen.end()};
}

}  // namespace

TEST_CASE("parallel_for: visits each position once, for any count, grain and number of threads") {
  for (int threads : {1, 2, 3, 8}) {
    const WithThreads setting(threads);
    for (Index count : {0, 1, 2, 7, 64, 1000})
      for (Index grain : {1, 2, 3, 64, 5000}) {
        CAPTURE(threads);
        CAPTURE(count);
        CAPTURE(grain);
        const std::vector<int> once(static_cast<std::size_t>(count), 1);
        CHECK(visits(count, grain) == once);
        CHECK(visits(count, grain, ChunkOrder::backward) == once);
      }
  }
}

TEST_CASE("parallel_for: nothing to do is nothing done, and a grain below 1 counts as 1") {
  const WithThreads setting(2);
  CHECK(visits(-3, 1).empty());
  CHECK(visits(5, 0) == std::vector<int>(5, 1));
  CHECK(visits(5, -7) == std::vector<int>(5, 1));
}

TEST_CASE("parallel_for: the chunks depend on the grain and not on the number of threads") {
  const auto chunks = [](int threads) {
    const WithThreads setting(threads);
    std::mutex mutex;
    std::set<std::pair<Index, Index>> result;
    parallel_for(103, 10, [&](Index begin, Index end) {
      const std::lock_guard lock(mutex);
      result.emplace(begin, end);
    });
    return result;
  };
  const auto expected = chunks(1);
  CHECK(expected.size() == 11);
  CHECK(expected.contains({100, 103}));
  CHECK(chunks(2) == expected);
  CHECK(chunks(5) == expected);
}

TEST_CASE("parallel_for: one thread takes the same chunks forward and backward") {
  const WithThreads setting(1);
  const auto begins = [](ChunkOrder order) {
    std::vector<Index> result;
    parallel_for(
        25, 10, [&](Index begin, Index) { result.push_back(begin); }, order);
    return result;
  };
  CHECK(begins(ChunkOrder::forward) == std::vector<Index>{0, 10, 20});
  CHECK(begins(ChunkOrder::backward) == std::vector<Index>{20, 10, 0});
}

TEST_CASE("parallel_for: really uses the threads that it was given") {
  const WithThreads setting(2);
  // Two chunks that wait for each other, for a while, meet only on two threads. A busy machine may
  // need a few tries.
  std::atomic<bool> met{false};
  for (int round = 0; round < 1000 && !met; ++round) {
    std::atomic<int> arrived{0};
    parallel_for(2, 1, [&](Index, Index) {
      ++arrived;
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
      while (arrived < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      if (std::chrono::steady_clock::now() < end) met = true;
    });
  }
  CHECK(met);
}

TEST_CASE("parallel_for: an exception of a chunk reaches the caller with its type and text") {
  for (int threads : {1, 2, 4}) {
    const WithThreads setting(threads);
    const auto fails = [] {
      parallel_for(100, 1, [](Index begin, Index) {
        require<ValueError>(begin != 37, "chunk ", begin, " failed");
      });
    };
    CHECK_THROWS_WITH_AS(fails(), "chunk 37 failed", ValueError);
    const auto all_fail = [] {
      parallel_for(100, 1, [](Index, Index) { throw std::runtime_error("each"); });
    };
    CHECK_THROWS_WITH_AS(all_fail(), "each", std::runtime_error);
    CHECK(visits(100, 3) == std::vector<int>(100, 1));  // and the next one works
  }
}

TEST_CASE("parallel_for: inside another one covers everything too") {
  for (int threads : {1, 2, 4}) {
    const WithThreads setting(threads);
    std::vector<std::atomic<int>> seen(20 * 30);
    parallel_for(20, 1, [&](Index row, Index) {
      parallel_for(30, 4, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(row * 30 + i)];
      });
    });
    CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
  }
}

TEST_CASE("parallel_for: an exception of a nested one reaches the outer caller") {
  const WithThreads setting(3);
  const auto nested = [] {
    parallel_for(8, 1, [](Index outer, Index) {
      parallel_for(8, 1, [outer](Index inner, Index) {
        require<ValueError>(outer != 5 || inner != 6, "deep");
      });
    });
  };
  CHECK_THROWS_WITH_AS(nested(), "deep", ValueError);
}

TEST_CASE("parallel_for: callers on several threads at once each get all of their work done") {
  const WithThreads setting(3);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int id = 0; id < 4; ++id)
    callers.emplace_back([&wrong, id] {
      for (int round = 0; round < 50; ++round) {
        const Index count = 50 + id * 13 + round;
        std::vector<Index> squares(static_cast<std::size_t>(count), -1);
        parallel_for(count, 7, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) squares[static_cast<std::size_t>(i)] = i * i;
        });
        for (Index i = 0; i < count; ++i)
          if (squares[static_cast<std::size_t>(i)] != i * i) ++wrong;
      }
    });
  for (auto& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("parallel_for: the number of threads may change between calls") {
  for (int round = 0; round < 20; ++round) {
    const WithThreads setting(1 + round % 5);
    CHECK(visits(64, 1) == std::vector<int>(64, 1));
  }
}

TEST_CASE("parallel_for: a short loop stays on its caller's thread") {
  const WithThreads setting(2);
  const auto caller = std::this_thread::get_id();
  for (int round = 0; round < 1000; ++round)
    parallel_for(16, 1, Work{1}, [&](Index, Index) {
      if (std::this_thread::get_id() != caller) FAIL("a helper came");
    });
}

TEST_CASE("Work: elements, multiply-adds and functions add up and divide") {
  CHECK(Work::functions(10).nanoseconds > Work::elements(10).nanoseconds);
  CHECK(Work::elements(10).nanoseconds > Work::multiply_adds(10).nanoseconds);
  CHECK((Work{6} + Work{4}).nanoseconds == 10);
  CHECK((Work{6} / 4).nanoseconds == 1.5);
}

TEST_CASE("parallel_for: counts and grains up to the largest number") {
  constexpr Index most = std::numeric_limits<Index>::max();
  const WithThreads setting(2);
  CHECK(visits(5, most) == std::vector<int>(5, 1));
  std::atomic<int> chunks{0};
  std::atomic<Index> sum{0};
  parallel_for(most, most / 2, [&](Index begin, Index end) { ++chunks, sum += end - begin; });
  CHECK(chunks == 3);
  CHECK(sum == most);
}

}  // namespace parallel_test
