// Frames are found whatever they are called, and a hole among them is told by its file.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/frame_names.hpp>
#include <string>
#include <vector>

#include "scratch_dir.hpp"
#include "written_frames.hpp"

namespace frame_names_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Empty files with these names.
void touch(const std::filesystem::path& dir, const std::vector<std::string>& names) {
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  for (const auto& name : names) io::overwrite_file(dir / name, "");
}

void check_refused(const std::filesystem::path& dir, const char* reason,
                   const std::optional<FrameNames>& names = {}, std::optional<Index> first = {}) {
  CHECK_THROWS_WITH_AS(find_frames(dir, names, first), doctest::Contains(reason), IoError);
}

}  // namespace

TEST_CASE("frame names: a template is written as for printf") {
  CHECK(parse_frame_names("%05d.jpg") == FrameNames{"", 5, ".jpg"});
  CHECK(parse_frame_names("img_%06d.png") == FrameNames{"img_", 6, ".png"});
  CHECK(parse_frame_names("frame%d_small.JPG") == FrameNames{"frame", 1, "_small.JPG"});
  CHECK(FrameNames{"img_", 5, ".png"}(7) == "img_00007.png");
  CHECK(FrameNames{"", 5, ".jpg"}(123456) == "123456.jpg");
  for (const char* wrong : {"", "00001.jpg", "{:05}.jpg", "%s.jpg", "%05d_%d.jpg", "%5d.jpg",
                            "%0d.jpg", "%012d.jpg", "a/%d.jpg", "%"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(parse_frame_names(wrong), doctest::Contains("as in img_%05d.jpg, got \""),
                         ValueError);
  }
}

TEST_CASE("frame names: the names of the field are found, from 0 or 1, in natural order") {
  const ScratchDir dir("frame-names");
  const auto clip = dir.path / "clip";
  struct Case {
    std::vector<std::string> files;
    FrameNames names;
    Index first, count;
  };
  const Case cases[] = {
      {{"00001.jpg", "00002.jpg"}, {"", 5, ".jpg"}, 1, 2},
      {{"000000.png", "000001.png"}, {"", 6, ".png"}, 0, 2},
      {{"img_00001.JPG", "img_00002.JPG"}, {"img_", 5, ".JPG"}, 1, 2},
      {{"image_00001.jpeg"}, {"image_", 5, ".jpeg"}, 1, 1},
      {{"take2 frame0.bmp", "take2 frame1.bmp"}, {"take2 frame", 1, ".bmp"}, 0, 2},
      {{"8.jpg", "9.jpg", "10.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "7.jpg"},
       {"", 1, ".jpg"},
       1,
       10},
      {{"00001.jpg", "._00001.jpg", "notes.txt", ".DS_Store"}, {"", 5, ".jpg"}, 1, 1}};
  for (const auto& one : cases) {
    CAPTURE(one.files[0]);
    touch(clip, one.files);
    const auto run = find_frames(clip);
    CHECK(run.names == one.names);
    CHECK(run.first == one.first);
    CHECK(run.count == one.count);
  }
}

TEST_CASE("frame names: a hole is told by the file that is missing") {
  const ScratchDir dir("frame-holes");
  const auto clip = dir.path / "clip";
  touch(clip, {"img_00001.jpg", "img_00002.jpg", "img_00004.jpg"});
  check_refused(clip, "clip/img_00003.jpg: is missing; frames go on to img_00004.jpg");
  CHECK(find_frames(clip, {}, {}, 2).count == 2);
  CHECK_THROWS_WITH_AS(find_frames(clip, {}, {}, 3),
                       doctest::Contains("img_00003.jpg: is missing; the list asks for 3 frames"),
                       IoError);
  touch(clip, {"7.jpg", "8.jpg"});
  check_refused(clip, "clip/1.jpg: is missing: frames begin with 7 (--first-frame 7");
  CHECK(find_frames(clip, {}, 7).count == 2);
  CHECK(find_frames(clip, {}, 8).count == 1);
  check_refused(clip, "clip/9.jpg: is missing", {}, 9);
  check_refused(clip, "clip/5.jpg: is missing", {}, 5);
}

TEST_CASE("frame names: what is no sequence is refused") {
  const ScratchDir dir("frame-mixed");
  const auto clip = dir.path / "clip";
  touch(clip, {"img_00001.jpg", "flow_x_00001.jpg"});
  check_refused(clip, "several names, \"flow_x_00001.jpg\" and \"img_00001.jpg\"; a template");
  CHECK(find_frames(clip, parse_frame_names("img_%05d.jpg")).count == 1);
  check_refused(clip, "holds no frames 1.png, 2.png, ...", parse_frame_names("%d.png"));
  touch(clip, {"00001.jpg", "00002.png"});
  check_refused(clip, "several names");
  touch(clip, {"01.jpg", "2.jpg"});
  check_refused(clip, "\"2.jpg\" should be \"02.jpg\"");
  touch(clip, {"a.jpg"});
  check_refused(clip, "\"a.jpg\" has no number");
  touch(clip, {"notes.txt"});
  check_refused(clip, "holds no frames");
  check_refused(dir.path / "nowhere", "nowhere: expected a folder of frames");
}

}  // namespace frame_names_test
