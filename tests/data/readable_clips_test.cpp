// Broken clips are left out, whatever is wrong with them, and the others stay as they are.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/open_dataset.hpp>

#include "made_up_clips.hpp"
#include "scratch_dir.hpp"
#include "written_frames.hpp"

namespace readable_clips_test {

namespace fs = std::filesystem;
using namespace adafuse;
using namespace adafuse::data;

namespace {

void truncate(const fs::path& file) {
  const std::string bytes = io::read_file(file);
  io::overwrite_file(file, bytes.substr(0, bytes.size() / 2));
}

}  // namespace

TEST_CASE("readable clips: a clip with a broken frame is left out, and others keep their places") {
  auto clips = std::make_unique<MadeUpClips>(5, 2);
  clips->broken = 2;
  std::vector<std::string> left_out;
  const auto rest = readable_clips(std::move(clips), left_out);
  CHECK(left_out == std::vector<std::string>{"clip2: frame 0 is missing"});
  REQUIRE(rest->size() == 4);
  CHECK(rest->name(2) == "clip3");
  CHECK(rest->label(2) == 0);
  CHECK(rest->labels(3) == std::vector<std::int64_t>{1});
  CHECK(rest->frame(2, 1)(0, 0, 0) == 3);
  const std::vector<Index> positions{1, 0};
  CHECK(rest->frames(3, positions)[0](0, 0, 1) == 1);
  CHECK(rest->frame_name(2, 1) == "clip3: frame 1");
  CHECK(rest->frame_size(2) == Shape{4, 4});
  CHECK_THROWS_AS(rest->frame(4, 0), ValueError);
}

TEST_CASE("readable clips: where all can be read, the data set is the one that was given") {
  auto clips = std::make_unique<MadeUpClips>(3, 2);
  const Dataset* const given = clips.get();
  std::vector<std::string> left_out;
  CHECK(readable_clips(std::move(clips), left_out).get() == given);
  CHECK(left_out.empty());
}

TEST_CASE(
    "readable clips: lists and folders without the clips that miss frames or have broken ones") {
  const ScratchDir dir("readable-clips");
  for (const char* clip : {"x/a", "x/b", "y/c", "y/d", "y/e"}) write_clip(dir.path / "all" / clip);
  io::overwrite_file(dir.path / "names.txt", "x\ny\n");
  io::overwrite_file(dir.path / "list.txt", "x/nowhere 3 0\nx/a 3 0\nx/b 3 0\ny/c 3 1\ny/d 3 1\n");
  fs::remove(dir.path / "all/x/b/00003.jpg");
  truncate(dir.path / "all/y/c/00002.jpg");
  DatasetOptions options;
  options.train_list = options.val_list = dir.path / "list.txt";
  options.classes = dir.path / "names.txt";
  options.frames_root = dir.path / "all";
  CHECK_THROWS_AS(open_dataset({}, options), IoError);
  options.skip_broken = true;
  const auto listed = open_dataset({}, options);
  REQUIRE(listed.train.size() == 2);
  CHECK((listed.train.name(0) == "x/a" && listed.val.name(1) == "y/d"));
  REQUIRE(listed.left_out.size() == 6);
  CHECK(listed.left_out[0].find("nowhere") != std::string::npos);
  CHECK(listed.left_out[1].find("x/b/00003.jpg: is missing") != std::string::npos);
  CHECK(listed.left_out[4].find("y/c/00002.jpg: ") != std::string::npos);
  io::overwrite_file(dir.path / "list.txt", "x/a 3 5\n");
  CHECK_THROWS_AS(open_dataset({}, options), FormatError);  // a mistake in the list

  fs::rename(dir.path / "all", dir.path / "train");
  write_clip(dir.path / "val/x/f");
  write_clip(dir.path / "val/y/g");
  DatasetOptions folders;
  folders.skip_broken = true;
  const auto found = open_dataset(dir.path / "", folders);
  CHECK((found.train.size() == 4 && found.val.size() == 2));  // 00001 and 00002 of x/b are whole
  CHECK(found.left_out.size() == 1);
  for (const char* clip : {"x/f", "y/g"}) truncate(dir.path / "val" / clip / "00001.jpg");
  CHECK_THROWS_WITH_AS(open_dataset(dir.path, folders),
                       doctest::Contains("no clip to validate on can be read; the first of 3: "),
                       IoError);
}

}  // namespace readable_clips_test
