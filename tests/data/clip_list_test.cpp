// Lists of clips: what a line may be, and what a malformed one is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/clip_list.hpp>
#include <filesystem>
#include <string>

namespace clip_list_test {

using namespace adafuse;
using data::ClipEntry;
using data::parse_clip_list;

namespace {

ClipEntry only(const std::string& line) { return parse_clip_list(line, 100, "list").at(0); }

void check_refused(const std::string& text, const char* reason) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(parse_clip_list(text, 10, "train.txt"), doctest::Contains(reason),
                       FormatError);
}

}  // namespace

TEST_CASE("clip list: one clip a line, in order, empty lines passed over") {
  const auto clips = parse_clip_list("a/b 8 0\r\n\n  c\t12 9  \nd 1 3", 10, "list");
  REQUIRE(clips.size() == 3);
  CHECK(clips[0] == ClipEntry{"a/b", 8, {0}});
  CHECK(clips[1] == ClipEntry{"c", 12, {9}});
  CHECK(clips[2] == ClipEntry{"d", 1, {3}});
}

TEST_CASE("clip list: a path may hold spaces, and numbers among them") {
  CHECK(only("playing  bass guitar/x y 250 7") == ClipEntry{"playing  bass guitar/x y", 250, {7}});
  CHECK(only("take 12 kick 30 5") == ClipEntry{"take 12 kick", 30, {5}});
  CHECK(only("kick 12 b 3 30 5") == ClipEntry{"kick 12 b 3", 30, {5}});
}

TEST_CASE("clip list: a path without spaces may have many labels, and be a number") {
  CHECK(only("a 250 7 8 9") == ClipEntry{"a", 250, {7, 8, 9}});
  CHECK(only("100218 42 7") == ClipEntry{"100218", 42, {7}});
}

TEST_CASE("clip list: a mistake is told with file and line") {
  check_refused("a 8 0\nb 8\n", "train.txt:2: expected \"path frame_count label\", got \"b 8\"");
  check_refused("a 8 0\n\nb eight 1", "train.txt:3: ");
  check_refused("a 8 1.5", "train.txt:1: expected \"path");
  check_refused("a 8 0x", "train.txt:1: expected \"path");
  check_refused("a 0 1", "train.txt:1: expected at least 1 frame, got 0");
  check_refused("a -3 1", "at least 1 frame, got -3");
  check_refused("a 8 10", "train.txt:1: label 10 is outside of the 10 classes");
  check_refused("a 8 -1", "label -1 is outside");
  check_refused("a 8 1 2 77", "label 77 is outside");
  check_refused("a 99999999999999999999 1", "train.txt:1: ");
  check_refused("", "train.txt: expected at least one clip");
  check_refused("\n \n", "at least one clip");
}

TEST_CASE("clip list: no error quotes more than a hundred bytes, or what a terminal obeys") {
  check_refused("\x1b[31m 8", "got \"\\x1B[31m 8\"");
  try {
    only(concat(std::string(100'000, 'a'), " 8"));
    CHECK(false);
  } catch (const FormatError& error) {
    CHECK(std::string(error.what()).size() < 200);
  }
  check_refused(concat(std::string(4096, 'a'), " 8 1"), "is no path of at most 4095 bytes");
  check_refused(std::string("a\0b 8 1", 7), "\"a\\x00b\" is no path");
}

TEST_CASE("class names: two hundred thousand of them are read, and compared with each other") {
  const auto path = std::filesystem::temp_directory_path() / concat("adafuse-many-", ::getpid());
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += concat("class ", i, "\n");
  io::overwrite_file(path, text);
  CHECK(data::read_class_names(path).size() == 200'000);
  io::overwrite_file(path, text + "class 77\n");
  CHECK_THROWS_WITH_AS(data::read_class_names(path),
                       doctest::Contains(":200001: class \"class 77\" comes twice"), FormatError);
  std::filesystem::remove(path);
}

TEST_CASE("class names: one a line, with spaces, each once") {
  const auto path = std::filesystem::temp_directory_path() / concat("adafuse-classes-", ::getpid());
  io::overwrite_file(path, "swipe left\r\nstill\n\n");
  CHECK(data::read_class_names(path) == std::vector<std::string>{"swipe left", "still"});
  io::overwrite_file(path, "a\n\nb\n");
  CHECK_THROWS_WITH_AS(data::read_class_names(path), doctest::Contains(":2: "), FormatError);
  io::overwrite_file(path, "a\nb\na\n");
  CHECK_THROWS_WITH_AS(data::read_class_names(path), doctest::Contains(":3: class \"a\""),
                       FormatError);
  io::overwrite_file(path, "\n");
  CHECK_THROWS_AS(data::read_class_names(path), FormatError);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(data::read_class_names(path), IoError);
}

}  // namespace clip_list_test
