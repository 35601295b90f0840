// What a writer has left is seen from outside, and nothing is changed.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/left_directory.hpp>

#include "../data/scratch_dir.hpp"

namespace left_directory_test {

using namespace adafuse;

TEST_CASE("left directory: the newest is found, beside an earlier one or in its place") {
  const data::ScratchDir scratch("left-directory");
  const auto run = scratch.path / "run", beside = scratch.path / "run.new";
  const io::DirectoryKind kind{.what = "a pair", .names = {"first", "last"}, .last = "last"};
  CHECK_THROWS_WITH_AS(io::find_left(run, kind), doctest::Contains("run: holds no pair"), IoError);
  {
    const io::DirectoryWriter writer(run, kind, false);
    CHECK_THROWS_WITH_AS(io::find_left(run, kind), doctest::Contains("is being written by process"),
                         IoError);
  }
  auto left = io::find_left(run, kind);
  CHECK(left.path == run);
  CHECK_FALSE(left.complete);
  io::write_file(run / "last", "");
  left = io::find_left(run, kind);
  CHECK(left.complete);
  CHECK_FALSE(left.settled);  // its lock file is still there
  std::filesystem::remove(run / ".writing");
  CHECK(io::find_left(run, kind).settled);
  { const io::DirectoryWriter writer(run, kind, true); }
  left = io::find_left(run, kind);
  CHECK(left.path == beside);
  CHECK_FALSE(left.complete);
}

}  // namespace left_directory_test
