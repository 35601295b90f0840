// Files are read whole and written whole or not at all.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/file.hpp>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

namespace file_test {

namespace fs = std::filesystem;
using namespace adafuse;

namespace {

/// A fresh directory that goes with the test.
struct Scratch {
  fs::path path = fs::temp_directory_path() / concat("adafuse-file-", ::getpid());
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
};

auto entries(const fs::path& dir) {
  return std::distance(fs::directory_iterator(dir), fs::directory_iterator());
}

}  // namespace

TEST_CASE("file: what is written is read back, of any length and any bytes") {
  const Scratch dir;
  for (const std::size_t length : {0u, 1u, 4095u, 4096u, 4097u, 100000u}) {
    std::string bytes(length, '\0');
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i * 31);
    io::write_file(dir.path / "a", bytes);
    CHECK(io::read_file(dir.path / "a") == bytes);
    io::overwrite_file(dir.path / "b", bytes);
    CHECK(io::read_file(dir.path / "b") == bytes);
  }
  io::overwrite_file(dir.path / "b", "short");
  CHECK(io::read_file(dir.path / "b") == "short");
}

TEST_CASE("file: without a commit the old file stays, and nothing is left beside it") {
  const Scratch dir;
  io::write_file(dir.path / "a", "old");
  {
    io::FileWriter writer(dir.path / "a");
    writer.write("half of the new");
    CHECK(io::read_file(dir.path / "a") == "old");
  }
  CHECK(io::read_file(dir.path / "a") == "old");
  CHECK(entries(dir.path) == 1);
  io::write_file(dir.path / "a", "new");
  CHECK(io::read_file(dir.path / "a") == "new");
  CHECK(entries(dir.path) == 1);
}

TEST_CASE("file: a device is written to and not replaced by a file") {
  io::write_file("/dev/null", "gone");
  CHECK(fs::is_character_file("/dev/null"));
  io::overwrite_file("/dev/null", "gone");
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("file: devices and directories are refused, they have no end") {
  const Scratch dir;
  CHECK_THROWS_WITH_AS(io::read_file("/dev/zero"), "/dev/zero: expected a file, got a device",
                       IoError);
  CHECK_THROWS_WITH_AS(io::read_file(dir.path), doctest::Contains("got a directory"), IoError);
}

TEST_CASE("file: where a file is needed, a pipe is refused without waiting for who writes") {
  const Scratch dir;
  const auto pipe = dir.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(io::require_regular_file(pipe), doctest::Contains("got a pipe"), IoError);
  CHECK_THROWS_WITH_AS(io::require_regular_file("/dev/zero"), doctest::Contains("got a device"),
                       IoError);
  errno = 0;  // What the system says is asked for after the call, not before.
  CHECK_THROWS_WITH_AS(io::require_regular_file(dir.path / "none"),
                       doctest::Contains("cannot open: No such file"), IoError);
  io::write_file(dir.path / "file", "x");
  CHECK_NOTHROW(io::require_regular_file(dir.path / "file"));
}

TEST_CASE("file: a pipe that ends is read whole") {
  const Scratch dir;
  const auto pipe = dir.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string bytes(100'000, 'p');
  std::thread writer([&] { io::overwrite_file(pipe, bytes); });
  CHECK(io::read_file(pipe) == bytes);
  writer.join();
}

TEST_CASE("file: a sparse file that no memory holds is refused before any is taken") {
  const Scratch dir;
  const auto path = dir.path / "sparse";
  io::write_file(path, "");
  if (::truncate(path.c_str(), std::int64_t{1} << 43) != 0) return;  // a file system with limits
  CHECK_THROWS_WITH_AS(io::read_file(path), doctest::Contains("do not fit into this machine"),
                       IoError);
}

TEST_CASE("file: a link stays a link, and what it points to is written") {
  const Scratch dir;
  fs::create_directory(dir.path / "far");
  fs::create_symlink("far/file", dir.path / "link");
  io::write_file(dir.path / "link", "new");  // What it points to is not there yet.
  CHECK(io::read_file(dir.path / "far" / "file") == "new");
  io::write_file(dir.path / "link", "newer");
  CHECK(fs::is_symlink(dir.path / "link"));
  CHECK(io::read_file(dir.path / "far" / "file") == "newer");
  CHECK(entries(dir.path / "far") == 1);
  fs::create_symlink("/dev/null", dir.path / "nothing");
  io::write_file(dir.path / "nothing", "gone");
  CHECK(fs::is_symlink(dir.path / "nothing"));
}

TEST_CASE("file: what cannot be opened is named") {
  const Scratch dir;
  const auto missing = dir.path / "no" / "such";
  CHECK_THROWS_WITH_AS(io::read_file(missing), doctest::Contains(missing.c_str()), IoError);
  CHECK_THROWS_WITH_AS(io::write_file(missing, "x"), doctest::Contains(missing.c_str()), IoError);
  CHECK_THROWS_WITH_AS(io::overwrite_file(missing, "x"), doctest::Contains(missing.c_str()),
                       IoError);
  CHECK_THROWS_AS(io::read_file(dir.path), IoError);
}

TEST_CASE("file: reading past the end is a truncated file") {
  const Scratch dir;
  io::write_file(dir.path / "a", "12345");
  io::FileReader reader(dir.path / "a");
  CHECK(reader.size() == 5);
  char bytes[8];
  reader.read(bytes, 3);
  CHECK_THROWS_WITH_AS(reader.read(bytes, 4), doctest::Contains("truncated: 2 bytes are missing"),
                       FormatError);
}

}  // namespace file_test
