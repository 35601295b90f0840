// Storage: alignment, sharing, borrowing, and the pool that recycles large blocks.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <adafuse/core/storage.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace storage_test {

using namespace adafuse;

namespace {

bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % storage_alignment == 0; }

}  // namespace

TEST_CASE("storage: every buffer is aligned and all of it can be written") {
  for (std::size_t count : {1u, 3u, 17u, 1000u, 4096u, 4097u, 100000u, 600000u}) {
    const Storage<float> storage(count);
    CHECK(aligned(storage.data()));
    std::fill(storage.data(), storage.data() + count, 1.5f);
    CHECK(storage.data()[count - 1] == 1.5f);
  }
  CHECK(Storage<float>(0).data() != nullptr);
}

TEST_CASE("storage: nothing at all has no data") { CHECK(Storage<int>().data() == nullptr); }

TEST_CASE("storage: copies share the bytes and live as long as the last one") {
  Storage<int> kept;
  {
    const Storage<int> first(100000);
    first.data()[7] = 42;
    kept = first;
    CHECK(kept.shares_with(first));
  }
  CHECK(kept.data()[7] == 42);
  CHECK_FALSE(kept.shares_with(Storage<int>(100000)));
}

TEST_CASE("storage: a borrowed buffer stays its owner's") {
  std::vector<double> owner{1, 2, 3};
  {
    const auto storage = Storage<double>::borrow(owner.data(), owner.size());
    CHECK(storage.data() == owner.data());
    storage.data()[1] = 7;
  }
  CHECK(owner == std::vector<double>{1, 7, 3});
}

TEST_CASE("storage: an owner of borrowed memory goes with the last copy") {
  const auto owner = std::make_shared<std::vector<double>>(3, 1.0);
  Storage<double> last;
  {
    const auto storage = Storage<double>::borrow(owner->data(), owner->size(), owner);
    CHECK(owner.use_count() == 2);
    CHECK_FALSE(storage.unique());
    last = storage;
  }
  CHECK(owner.use_count() == 2);
  last = {};
  CHECK(owner.use_count() == 1);
}

TEST_CASE("storage: unique means one handle on memory of its own") {
  Storage<int> first(5);
  CHECK(first.unique());
  {
    const Storage<int> second = first;
    CHECK_FALSE(first.unique());
  }
  CHECK(first.unique());
  int elsewhere = 0;
  CHECK_FALSE(Storage<int>::borrow(&elsewhere, 1).unique());
  CHECK_FALSE(Storage<int>().unique());
}

TEST_CASE("storage: a size that no memory could hold is refused") {
  CHECK_THROWS_AS(Storage<double>(std::size_t{1} << 61), std::bad_alloc);
  CHECK_THROWS_AS(Storage<double>(std::size_t{1} << 59), std::bad_alloc);
  CHECK_THROWS_WITH_AS(Storage<float>(std::size_t{1} << 60), "4.61e+09 GB asked for", OutOfMemory);
}

TEST_CASE("pool: gives a released block to the next request that fits") {
  if (!StoragePool::recycles) return;  // off under the address sanitizer
  auto& pool = StoragePool::instance();
  pool.trim();
  CHECK(pool.kept_bytes() == 0);
  constexpr std::size_t bytes = 100000;
  void* first = pool.allocate(bytes);
  void* second = pool.allocate(bytes);
  CHECK(second != first);
  const std::size_t kept = pool.kept_bytes();
  pool.release(first, bytes);
  CHECK(pool.kept_bytes() >= kept + bytes);
  CHECK(pool.kept_bytes() < kept + bytes + StoragePool::page);
  void* third = pool.allocate(bytes - 5);  // the same pages
  CHECK(third == first);
  CHECK(pool.kept_bytes() == kept);
  pool.release(second, bytes);
  pool.release(third, bytes - 5);
  pool.trim();
  CHECK(pool.kept_bytes() == 0);
}

TEST_CASE("pool: counts what is in use, and the most at a time") {
  auto& pool = StoragePool::instance();
  pool.reset_peak();
  const std::size_t before = pool.used_bytes();
  CHECK(pool.peak_bytes() == before);
  {
    const Storage<float> large(100000);
    {
      const Storage<float> second(100000);
      CHECK(pool.used_bytes() >= before + 800000);
    }
    CHECK(pool.used_bytes() >= before + 400000);
    CHECK(pool.used_bytes() < before + 800000);
    const Storage<float> small(100);  // the system's
    CHECK(pool.used_bytes() < before + 400000 + StoragePool::page);
  }
  CHECK(pool.used_bytes() == before);
  CHECK(pool.peak_bytes() >= before + 800000);
  CHECK(pool.peak_bytes() < before + 800000 + 2 * StoragePool::page);
  pool.reset_peak();
  CHECK(pool.peak_bytes() == before);
}

TEST_CASE("pool: released neighbours become one block, whichever goes first") {
  if (!StoragePool::recycles) return;
  auto& pool = StoragePool::instance();
  constexpr std::size_t bytes = 5 * StoragePool::page;
  for (const std::vector<std::size_t>& order :
       {std::vector<std::size_t>{0, 1, 2}, {2, 1, 0}, {0, 2, 1}}) {
    pool.trim();
    std::vector<void*> three;
    for (int k = 0; k < 3; ++k) three.push_back(pool.allocate(bytes));
    void* after = pool.allocate(bytes);  // keeps them from the rest of the chunk
    for (const std::size_t k : order) pool.release(three[k], bytes);
    void* together = pool.allocate(3 * bytes);
    CHECK(together == three[0]);
    pool.release(together, 3 * bytes);
    pool.release(after, bytes);
  }
  pool.trim();
  CHECK(pool.kept_bytes() == 0);
}

TEST_CASE("pool: takes the smallest gap that fits") {
  if (!StoragePool::recycles) return;
  auto& pool = StoragePool::instance();
  pool.trim();
  constexpr std::size_t unit = 8 * StoragePool::page;
  void* large = pool.allocate(3 * unit);
  void* wall = pool.allocate(unit);
  void* small = pool.allocate(unit);
  void* end = pool.allocate(unit);
  pool.release(large, 3 * unit);
  pool.release(small, unit);
  void* again = pool.allocate(unit);
  CHECK(again == small);
  for (void* block : {wall, again, end}) pool.release(block, unit);
  pool.trim();
  CHECK(pool.kept_bytes() == 0);
}

TEST_CASE("pool: a block larger than a chunk is served, and trim returns it") {
  auto& pool = StoragePool::instance();
  pool.trim();
  void* memory = pool.allocate(StoragePool::chunk + 1);
  pool.release(memory, StoragePool::chunk + 1);
  CHECK((pool.kept_bytes() > StoragePool::chunk) == StoragePool::recycles);
  pool.trim();
  CHECK(pool.kept_bytes() == 0);
}

TEST_CASE("pool: keeps neither small blocks nor, under the address sanitizer, any") {
  auto& pool = StoragePool::instance();
  pool.trim();
  const std::size_t bytes = StoragePool::recycles ? StoragePool::smallest / 2 : 100000;
  pool.release(pool.allocate(bytes), bytes);
  CHECK(pool.kept_bytes() == 0);
}

TEST_CASE("pool: a block of any size is as large as was asked for") {
  auto& pool = StoragePool::instance();
  for (std::size_t bytes = 1; bytes < (std::size_t{1} << 22); bytes = bytes * 5 / 4 + 1) {
    auto* memory = static_cast<unsigned char*>(pool.allocate(bytes));
    CHECK(aligned(memory));
    memory[0] = 1;
    memory[bytes - 1] = 2;
    pool.release(memory, bytes);
  }
  pool.trim();
}

TEST_CASE("pool: threads that take and give at once never hold the same block") {
  std::vector<std::thread> threads;
  std::atomic<int> clashes{0};
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([id, &clashes] {
      for (int round = 0; round < 200; ++round) {
        const Storage<int> storage(5000 + static_cast<std::size_t>(round % 3) * 1000);
        storage.data()[0] = storage.data()[4999] = id;
        std::this_thread::yield();
        if (storage.data()[0] != id || storage.data()[4999] != id) ++clashes;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(clashes == 0);
  StoragePool::instance().trim();
}

TEST_CASE("StoragePool: the child of a fork finds it open, whatever other threads were doing") {
  if (!StoragePool::recycles) return;  // A sanitizer's own allocator may stay locked.
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) Storage<float> taken(1 << 14);
  });
  for (int k = 0; k < 20; ++k) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::alarm(60);  // A child that hangs ends.
      Storage<float> mine(1 << 14);
      ::_exit(mine.data() ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  stop = true;
  busy.join();
}

}  // namespace storage_test
