// Folders of frames read back, and each way in which one can be incomplete.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/frame_folder.hpp>
#include <filesystem>

#include "scratch_dir.hpp"

namespace frame_folder_test {

namespace fs = std::filesystem;
using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Two clips of two frames, one with a space in its path.
void write_small_dataset(const fs::path& dir) {
  io::overwrite_file(dir / "classes.txt", "left\nright\n");
  io::overwrite_file(dir / "train.txt", "kick ball/a 2 1\n");
  io::overwrite_file(dir / "val.txt", "b 2 0 1\n");
  for (const char* clip : {"kick ball/a", "b"}) {
    fs::create_directories(dir / "frames" / clip);
    for (Index t = 0; t < 2; ++t) {
      Tensor<std::uint8_t> image({6, 5, 3});
      image.fill(static_cast<std::uint8_t>(50 + 100 * t));
      io::write_jpeg(dir / "frames" / clip / frame_file_name(t), image);
    }
  }
}

}  // namespace

TEST_CASE("frame folder: frames are files of five digits, counted from 1") {
  CHECK(frame_file_name(0) == "00001.jpg");
  CHECK(frame_file_name(9998) == "09999.jpg");
  CHECK(frame_file_name(123455) == "123456.jpg");
}

TEST_CASE("frame folder: lists, classes and pictures are read") {
  const ScratchDir dir("frame-folder");
  write_small_dataset(dir.path);
  const FolderDataset dataset = load_dataset(dir.path);
  CHECK(dataset.classes == std::vector<std::string>{"left", "right"});
  REQUIRE(dataset.train.size() == 1);
  CHECK(dataset.train.name(0) == "kick ball/a");
  CHECK(dataset.train.frame_count(0) == 2);
  CHECK(dataset.train.label(0) == 1);
  CHECK(dataset.val.label(0) == 0);
  CHECK(dataset.val.clips()[0].labels.size() == 2);
  const auto image = dataset.train.frame(0, 1);
  CHECK(image.shape() == Shape{6, 5, 3});
  CHECK(image(3, 3, 1) == doctest::Approx(150).epsilon(0.02));
}

TEST_CASE("frame folder: the parts may lie elsewhere") {
  const ScratchDir dir("frame-folder-layout");
  write_small_dataset(dir.path);
  fs::rename(dir.path / "frames", dir.path / "jpegs");
  fs::rename(dir.path / "val.txt", dir.path / "test.txt");
  const auto dataset = load_dataset(dir.path, {.frames = "jpegs", .val = dir.path / "test.txt"});
  CHECK(dataset.val.frame(0, 0).shape() == Shape{6, 5, 3});
}

TEST_CASE("frame folder: what is missing or broken is told by its file") {
  const ScratchDir dir("frame-folder-broken");
  write_small_dataset(dir.path);
  const auto dataset = load_dataset(dir.path);
  const auto second = dir.path / "frames" / "b" / "00002.jpg";
  const std::string whole = io::read_file(second);
  io::overwrite_file(second, whole.substr(0, whole.size() / 2));
  CHECK_THROWS_WITH_AS(dataset.val.frame(0, 1), doctest::Contains(second.c_str()), FormatError);
  fs::remove(second);
  CHECK_THROWS_WITH_AS(dataset.val.frame(0, 1), doctest::Contains(second.c_str()), IoError);
  CHECK_THROWS_AS(dataset.val.frame(0, 2), ValueError);
  CHECK_THROWS_AS(dataset.val.frame(1, 0), ValueError);

  io::overwrite_file(dir.path / "train.txt", "kick ball/a 2 2\n");
  CHECK_THROWS_WITH_AS(load_dataset(dir.path), doctest::Contains("train.txt:1: label 2"),
                       FormatError);
  fs::remove(dir.path / "train.txt");
  CHECK_THROWS_WITH_AS(load_dataset(dir.path), doctest::Contains("train.txt"), IoError);
  write_small_dataset(dir.path);
  fs::remove_all(dir.path / "frames");
  CHECK_THROWS_WITH_AS(load_dataset(dir.path), doctest::Contains("frames"), IoError);
}

}  // namespace frame_folder_test
