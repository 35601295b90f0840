// A directory has one writer, who is named, and who keeps nobody out once it is dead.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <adafuse/io/writer_lock.hpp>
#include <csignal>

#include "../data/scratch_dir.hpp"

namespace writer_lock_test {

namespace fs = std::filesystem;
using namespace adafuse;
using io::WriterLock;

TEST_CASE("writer lock: a second writer is refused, by the name of the first") {
  const data::ScratchDir scratch("writer-lock");
  CHECK_FALSE(WriterLock::holder(scratch.path));
  CHECK_FALSE(WriterLock::left_in(scratch.path));
  WriterLock first(scratch.path);
  const auto name = concat("process ", ::getpid(), " on ");
  CHECK(WriterLock::holder(scratch.path).value().starts_with(name));
  CHECK_THROWS_WITH_AS(WriterLock{scratch.path}, doctest::Contains(name.c_str()), IoError);
  first.remove_from(scratch.path);
  CHECK_FALSE(WriterLock::left_in(scratch.path));
  WriterLock second(scratch.path);
  CHECK(WriterLock::holder(scratch.path));
}

TEST_CASE("writer lock: it goes with its directory when that is renamed") {
  const data::ScratchDir scratch("writer-lock-renamed");
  fs::create_directory(scratch.path / "a");
  WriterLock lock(scratch.path / "a");
  fs::rename(scratch.path / "a", scratch.path / "b");
  CHECK_THROWS_AS(WriterLock{scratch.path / "b"}, IoError);
  lock.remove_from(scratch.path / "b");
  CHECK(fs::is_empty(scratch.path / "b"));
}

TEST_CASE("writer lock: what a killed writer leaves keeps nobody out, and tells of it") {
  const data::ScratchDir scratch("writer-lock-killed");
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const auto child = ::fork();
  if (child == 0) {
    const WriterLock lock(scratch.path);
    [[maybe_unused]] const auto put = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(WriterLock::holder(scratch.path).value().starts_with(concat("process ", child, " on ")));
  CHECK_THROWS_AS(WriterLock{scratch.path}, IoError);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]), ::close(ready[1]);
  CHECK(WriterLock::left_in(scratch.path));
  CHECK_FALSE(WriterLock::holder(scratch.path));
  const WriterLock next(scratch.path);
}

TEST_CASE("writer lock: a name that is no text is not printed") {
  const data::ScratchDir scratch("writer-lock-name");
  const WriterLock lock(scratch.path);
  io::overwrite_file(scratch.path / WriterLock::file_name, "\033[2J\n");
  CHECK(WriterLock::holder(scratch.path) == "another process");
}

}  // namespace writer_lock_test
