// At any time the old directory or the new one is whole, whatever step a process died after.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/directory_writer.hpp>

#include "../data/scratch_dir.hpp"

namespace directory_writer_test {

namespace fs = std::filesystem;
using namespace adafuse;
using io::DirectoryWriter;
using Names = std::set<std::string>;

namespace {

const io::DirectoryKind kind{.what = "a pair", .names = {"first", "last"}, .last = "last"};

/// What a directory should hold: names, and what is in "first".
struct Fixture {
  data::ScratchDir scratch{"directory-writer"};
  fs::path run = scratch.path / "run", beside = scratch.path / "run.new";

  static void fill(const fs::path& dir, const std::string& text, bool complete = true) {
    fs::create_directories(dir);
    io::write_file(dir / "first", text);
    if (complete) io::write_file(dir / "last", text);
  }
  /// What a writer leaves that was killed.
  static void leave_lock(const fs::path& dir) {
    fs::create_directories(dir);
    io::write_file(dir / ".writing", "process 1 on nowhere\n");
  }
  static Names names(const fs::path& dir) {
    const auto list = io::detail::names_in(dir);
    return {list.begin(), list.end()};
  }
  void check_whole(const std::string& text) const {
    CHECK(names(run) == Names{"first", "last"});
    CHECK(io::read_file(run / "first") == text);
    CHECK(names(scratch.path) == Names{"run"});
  }
  /// Names, contents and times of all there is.
  std::string everything() const {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(scratch.path))
      text += concat(entry.path().string(), " ", entry.last_write_time().time_since_epoch().count(),
                     "\n");
    return text;
  }
  void refused(const std::string& text, bool replace = false) const {
    const auto before = everything();
    CHECK_THROWS_WITH_AS(DirectoryWriter(run, kind, replace), doctest::Contains(text.c_str()),
                         IoError);
    CHECK(everything() == before);
  }
  void write(const std::string& text) const {
    DirectoryWriter writer(run, kind, true);
    fill(writer.path(), text);
    writer.commit();
    check_whole(text);
  }
};

}  // namespace

TEST_CASE("directory writer: where nothing was, it grows in its place") {
  const Fixture f;
  for (const bool replace : {false, true}) {
    DirectoryWriter writer(f.run, kind, replace);
    CHECK(writer.path() == f.run);
    CHECK_FALSE(writer.replaces());
    f.fill(writer.path(), "new");
    writer.commit();
    f.check_whole("new");
    fs::remove_all(f.run);
    fs::create_directories(f.run);  // An empty one is as good as none.
  }
}

TEST_CASE("directory writer: an earlier one stays until the new one is complete") {
  const Fixture f;
  f.fill(f.run, "old");
  f.refused("run: holds a pair already; --overwrite");
  DirectoryWriter writer(f.run, kind, true);
  CHECK(writer.replaces());
  CHECK(writer.path() == f.beside);
  f.fill(writer.path(), "new");
  CHECK(io::read_file(f.run / "first") == "old");
  writer.commit();
  f.check_whole("new");
  CHECK(writer.path() == f.run);
}

TEST_CASE("directory writer: what is somebody's is refused and left, when it came late as well") {
  const Fixture f;
  f.fill(f.run, "old");
  io::write_file(f.run / "notes\n", "mine");
  f.refused("holds \"notes\\x0A\", which is no part of a pair");
  f.refused("holds \"notes\\x0A\", which is no part of a pair", true);
  fs::remove(f.run / "notes\n");
  {
    DirectoryWriter writer(f.run, kind, true);
    f.fill(writer.path(), "new");
    io::write_file(f.run / "notes", "mine");
    CHECK_THROWS_WITH_AS(writer.commit(), doctest::Contains("the new one is complete in"), IoError);
  }
  CHECK(f.names(f.run) == Names{"first", "last", "notes"});
  fs::remove(f.run / "notes");
  // The next writer finds it complete: nothing is lost.
  const DirectoryWriter next(f.run, kind, true);
  CHECK(io::read_file(f.run / "first") == "new");
  CHECK(f.names(f.run) == Names{"first", "last"});
}

TEST_CASE("directory writer: a directory of somebody's where it would grow is not touched") {
  const Fixture f;
  f.fill(f.run, "old");
  f.fill(f.beside, "another");
  f.refused("run.new: is where the new one would grow; move it away", true);
  fs::remove_all(f.run);
  DirectoryWriter(f.run, kind, true);  // needs no room beside it
  CHECK(io::read_file(f.beside / "first") == "another");
}

TEST_CASE("directory writer: one at a time") {
  const Fixture f;
  f.fill(f.run, "old");
  {
    const DirectoryWriter writer(f.run, kind, true);
    f.refused("run.new: is being written by process ", true);
    f.refused("run.new: is being written by process ");
    fs::remove_all(f.run);
    f.refused("run.new: is being written by process ");
  }
  fs::remove_all(f.beside);
  const DirectoryWriter in_place(f.run, kind, false);
  f.refused("run: is being written by process ", true);
  f.refused("run: is being written by process ");
}

TEST_CASE("directory writer: a directory that is linked to is replaced, not the link") {
  const Fixture f;
  f.fill(f.scratch.path / "real", "old");
  fs::create_directory_symlink("real", f.run);
  DirectoryWriter writer(f.run / "", kind, true);
  CHECK(writer.path() == fs::canonical(f.scratch.path) / "real.new");
  f.fill(writer.path(), "new");
  writer.commit();
  CHECK(fs::is_symlink(f.run));
  CHECK(io::read_file(f.run / "first") == "new");
  CHECK(f.names(f.scratch.path) == Names{"run", "real"});
}

// ---- Killed between two steps
// --------------------------------------------------------------------

TEST_CASE("directory writer: killed while it grew in its place") {
  const Fixture f;
  f.leave_lock(f.run);
  io::write_file(f.run / "first.tmp-1-2", "half");
  DirectoryWriter(f.run, kind, false);  // Nothing was there yet: a mere beginning is no hindrance.
  CHECK(f.names(f.run) == Names{".writing"});
  f.fill(f.run, "old", false);
  f.refused("run: holds a pair already");
  f.write("new");
}

TEST_CASE("directory writer: killed while it grew beside") {
  const Fixture f;
  f.fill(f.run, "old");
  f.leave_lock(f.beside);
  f.fill(f.beside, "half", false);
  f.refused("run: holds a pair already");
  {
    const DirectoryWriter writer(f.run, kind, true);
    CHECK(f.names(f.beside) == Names{".writing"});
    CHECK(io::read_file(f.run / "first") == "old");
  }
  f.write("new");

  // The earlier one was taken away since.
  f.leave_lock(f.beside);
  f.fill(f.beside, "half", false);
  fs::remove_all(f.run);
  f.refused("run.new: holds a pair that was left unfinished; --overwrite");
  DirectoryWriter writer(f.run, kind, true);
  CHECK(writer.path() == f.run);
  CHECK_FALSE(fs::exists(f.beside));
}

TEST_CASE("directory writer: killed before it took its place") {
  for (const bool begun : {false, true}) {
    const Fixture f;
    f.fill(f.run, "old");
    f.leave_lock(f.beside);
    f.fill(f.beside, "complete");
    if (begun) fs::create_directory(f.beside / ".replaced");
    const DirectoryWriter writer(f.run, kind, true);
    CHECK(io::read_file(f.run / "first") == "complete");
    CHECK(f.names(f.run) == Names{"first", "last"});
    CHECK(f.names(f.beside) == Names{".writing"});
  }
}

TEST_CASE("directory writer: killed when it had just taken its place") {
  for (const bool old_was_complete : {true, false}) {
    const Fixture f;
    f.leave_lock(f.run);
    f.fill(f.run, "complete");
    fs::create_directory(f.run / ".replaced");
    f.fill(f.beside, "old", old_was_complete);
    if (!old_was_complete) f.leave_lock(f.beside);
    const DirectoryWriter writer(f.run, kind, true);
    CHECK(io::read_file(f.run / "first") == "complete");
    CHECK(f.names(f.run) == Names{"first", "last"});
    CHECK(f.names(f.beside) == Names{".writing"});
  }
}

TEST_CASE("directory writer: killed while the earlier one was deleted") {
  const Fixture f;
  f.leave_lock(f.run);
  f.fill(f.run, "complete");
  f.fill(f.run / ".replaced", "old", false);
  const DirectoryWriter writer(f.run, kind, true);
  CHECK(io::read_file(f.run / "first") == "complete");
  CHECK(f.names(f.run) == Names{"first", "last"});
}

TEST_CASE("directory writer: killed between two renames, where names cannot be swapped") {
  const Fixture f;
  f.leave_lock(f.beside);
  f.fill(f.beside, "complete");
  f.fill(f.beside / ".replaced", "old");
  f.refused("run.new: holds a pair that was left unfinished; --overwrite");
  const DirectoryWriter writer(f.run, kind, true);
  CHECK(io::read_file(f.run / "first") == "complete");
  CHECK(f.names(f.run) == Names{"first", "last"});
}

TEST_CASE("directory writer: goes on in what was left, in its place and beside an earlier one") {
  const Fixture f;
  for (const bool replaces : {false, true}) {
    const auto& left = replaces ? f.beside : f.run;
    if (replaces) f.fill(f.run, "old");
    f.leave_lock(left);
    f.fill(left, "kept", false);
    io::write_file(left / "first.tmp-1-0", "half");
    {
      DirectoryWriter writer(io::GoOn{}, f.run, kind);
      CHECK(writer.path() == left);
      CHECK(writer.replaces() == replaces);
      CHECK(f.names(left) == Names{".writing", "first"});
      CHECK_THROWS_WITH_AS(DirectoryWriter(io::GoOn{}, f.run, kind),
                           doctest::Contains("is being written by"), IoError);
      io::write_file(left / "last", "new");
      writer.commit();
    }
    f.check_whole("kept");
    fs::remove_all(f.run);
  }
}

TEST_CASE("directory writer: what cannot go on is told, and nothing is changed") {
  const Fixture f;
  const auto refused = [&](const std::string& text) {
    const auto before = f.everything();
    CHECK_THROWS_WITH_AS(DirectoryWriter(io::GoOn{}, f.run, kind), doctest::Contains(text.c_str()),
                         IoError);
    CHECK(f.everything() == before);
  };
  refused("run: holds no pair");
  f.leave_lock(f.run);
  io::write_file(f.run / "mine", "mine");
  refused("holds \"mine\"");
}

TEST_CASE("directory writer: one that was complete takes its place before anything goes on") {
  const Fixture f;
  f.fill(f.run, "old");
  f.leave_lock(f.beside);
  f.fill(f.beside, "new");
  DirectoryWriter writer(io::GoOn{}, f.run, kind);
  CHECK(writer.path() == f.run);
  writer.commit();
  f.check_whole("new");
}

}  // namespace directory_writer_test
