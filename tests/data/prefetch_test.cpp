// Items come out in order, whoever made them; errors in the place of their item.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/prefetch.hpp>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace prefetch_test {

using namespace adafuse;
using data::Prefetch;

TEST_CASE("prefetch: items come in order, for any number of workers") {
  for (const int workers : {0, 1, 2, 5}) {
    Prefetch<Index> items(40, workers, 3, [](Index i, const std::atomic<bool>&) {
      std::this_thread::sleep_for(std::chrono::microseconds(i * 7 % 5 * 50));
      return i * i;
    });
    for (Index i = 0; i < 40; ++i) CHECK(items.next() == i * i);
    CHECK(!items.next());
    CHECK(!items.next());
  }
}

TEST_CASE("prefetch: no more is made ahead than asked for") {
  std::atomic<Index> begun{0};
  Prefetch<Index> items(100, 3, 4, [&](Index i, const std::atomic<bool>&) {
    ++begun;
    return i;
  });
  for (Index taken = 1; taken <= 20; ++taken) {
    items.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(begun <= taken + 4);
  }
}

TEST_CASE("prefetch: an error comes in the place of its item") {
  for (const int workers : {0, 1, 3}) {
    Prefetch<Index> items(10, workers, 8, [](Index i, const std::atomic<bool>&) {
      // The later error is thrown first.
      if (i == 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      require<ValueError>(i != 4 && i != 6, "item ", i);
      return i;
    });
    for (Index i = 0; i < 4; ++i) CHECK(items.next() == i);
    CHECK_THROWS_WITH_AS(items.next(), "item 4", ValueError);
    CHECK(items.next() == 5);
    CHECK_THROWS_WITH_AS(items.next(), "item 6", ValueError);
  }
}

TEST_CASE("prefetch: going away stops the work that is under way") {
  const auto start = std::chrono::steady_clock::now();
  {
    Prefetch<Index> items(1000, 2, 10, [](Index i, const std::atomic<bool>& stop) {
      if (i > 0)
        while (!stop) std::this_thread::sleep_for(std::chrono::microseconds(100));
      return i;
    });
    CHECK(items.next() == 0);
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("prefetch: a made item that cannot be copied is moved out") {
  Prefetch<std::unique_ptr<int>> items(2, 1, 1, [](Index i, const std::atomic<bool>&) {
    return std::make_unique<int>(static_cast<int>(i));
  });
  CHECK(**items.next() == 0);
  CHECK(**items.next() == 1);
}

TEST_CASE("prefetch: counts that make no sense are refused") {
  const auto make = [](Index i, const std::atomic<bool>&) { return i; };
  CHECK_THROWS_AS(Prefetch<Index>(1, -1, 1, make), ValueError);
  CHECK_THROWS_AS(Prefetch<Index>(1, 1, 0, make), ValueError);
  Prefetch<Index> none(0, 2, 1, make);
  CHECK(!none.next());
}

}  // namespace prefetch_test
