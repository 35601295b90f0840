// The operating system's two doors: what each function promises, on this system.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/caches.hpp>
#include <adafuse/core/system.hpp>
#include <adafuse/core/system_files.hpp>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "../data/scratch_dir.hpp"

namespace system_test {

using namespace adafuse;
namespace fs = std::filesystem;

namespace {

/// An open file, by its number.
struct Opened {
  explicit Opened(const fs::path& path, os::Access access = os::Access::update,
                  os::Create create = os::Create::where_missing)
      : number(os::open_file(path, access, create)) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    if (number >= 0) os::close_file(number);
  }
  const int number;
};

}  // namespace

TEST_CASE("system: memory is aligned, and this machine has some of it, processors and caches") {
  for (const std::size_t alignment : {std::size_t{64}, std::size_t{1} << 21}) {
    void* const memory = os::aligned_memory(alignment, alignment);
    REQUIRE(memory);
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % alignment == 0);
    os::advise_huge_pages(memory, alignment);
    os::free_aligned(memory);
  }
  CHECK(os::physical_memory() > 1u << 26);
  CHECK(os::usable_processors() >= 1);
  for (const int level : {1, 2}) CHECK(os::data_cache(level) >= 0);
}

TEST_CASE("system: a static mutex lets one thread in") {
  static constinit os::StaticMutex mutex;
  int count = 0;
  const auto work = [&count] {
    for (int k = 0; k < 10000; ++k) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(count == 20000);
}

TEST_CASE("system files: bytes go out and come back; what fails says why") {
  const data::ScratchDir scratch("system-files");
  const auto path = scratch.path / "a";
  CHECK(Opened(path, os::Access::read, os::Create::never).number == -1);
  CHECK(errno == ENOENT);
  {
    const Opened file(path);
    CHECK(os::write_bytes(file.number, "abcdef", 6) == 6);
    CHECK(os::resize_file(file.number, 4));
    CHECK(os::sync_file(file.number));
    CHECK(os::status_of(file.number).value().bytes == 4);
  }
  CHECK(Opened(path, os::Access::write, os::Create::only_new).number == -1);
  CHECK(errno == EEXIST);
  const Opened again(path, os::Access::read, os::Create::never);
  char bytes[8];
  CHECK(std::string(bytes, static_cast<std::size_t>(os::read_bytes(again.number, bytes, 8))) ==
        "abcd");
  CHECK(os::sync_directory(scratch.path));
  CHECK_FALSE(os::sync_directory(scratch.path / "none"));
  CHECK(os::remove_file(path));
  CHECK_FALSE(os::remove_file(path));
}

TEST_CASE("system files: what a name stands for") {
  const data::ScratchDir scratch("system-status");
  const Opened file(scratch.path / "a");
  CHECK(os::status_of(scratch.path / "a").value().kind == os::FileKind::file);
  CHECK(os::status_of(scratch.path).value().kind == os::FileKind::directory);
  CHECK(os::status_of(fs::path("/dev/null")).value().kind == os::FileKind::device);
  CHECK_FALSE(os::status_of(scratch.path / "b"));
}

TEST_CASE("system files: names change, are exchanged, and go to other files") {
  const data::ScratchDir scratch("system-names");
  const auto a = scratch.path / "a", b = scratch.path / "b";
  const Opened first(a), second(b);
  CHECK(os::has_name(first.number, a));
  CHECK_FALSE(os::has_name(first.number, b));
  if (os::exchange_names(a, b)) {
    CHECK(os::has_name(first.number, b));
    CHECK(os::has_name(second.number, a));
    CHECK(os::exchange_names(a, b));
  } else {
    CHECK((errno == ENOSYS || errno == EINVAL || errno == ENOTSUP));
  }
  CHECK(os::rename_over(a, b));
  CHECK(os::has_name(first.number, b));
  CHECK_FALSE(os::has_name(second.number, b));
  CHECK_FALSE(fs::exists(a));
}

TEST_CASE("system files: an exclusive lock is one's own, a shared one is everybody's") {
  const data::ScratchDir scratch("system-lock");
  const auto path = scratch.path / "lock";
  const Opened second(path);
  {
    const Opened first(path);
    CHECK(os::try_lock(first.number, os::Lock::exclusive));
    CHECK_FALSE(os::try_lock(second.number, os::Lock::exclusive));
    CHECK_FALSE(os::try_lock(second.number, os::Lock::shared));
  }
  CHECK(os::try_lock(second.number, os::Lock::shared));
  const Opened third(path);
  CHECK(os::try_lock(third.number, os::Lock::shared));
  CHECK_FALSE(os::try_lock(third.number, os::Lock::exclusive));
}

}  // namespace system_test
