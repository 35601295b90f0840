// Gestures on disk: complete, reproducible, and nothing of others lost.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/parallel.hpp>
#include <adafuse/data/gesture_folder.hpp>
#include <adafuse/data/loader.hpp>
#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include "scratch_dir.hpp"

namespace gesture_folder_test {

namespace fs = std::filesystem;
using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Every file below a directory, by its relative path.
std::map<std::string, std::string> contents_of(const fs::path& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(dir))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), dir).string()] = io::read_file(entry.path());
  return files;
}

}  // namespace

TEST_CASE("gesture folder: it is laid out as it is read, with balanced classes") {
  const ScratchDir dir("gestures");
  write_gestures(
      {.dir = dir.path / "new", .train = 18, .val = 9, .size = 16, .frames = 3, .seed = 4});
  const auto dataset = load_dataset(dir.path / "new");
  CHECK(dataset.classes.size() == 9);
  CHECK(dataset.classes[7] == "turn_anticlockwise");
  REQUIRE(dataset.train.size() == 18);
  REQUIRE(dataset.val.size() == 9);
  std::vector<int> count(9);
  for (Index i = 0; i < 18; ++i) ++count[static_cast<std::size_t>(dataset.train.label(i))];
  CHECK(count == std::vector<int>(9, 2));
  for (Index t = 0; t < 3; ++t) CHECK(dataset.val.frame(8, t).shape() == Shape{16, 16, 3});
  CHECK(contents_of(dir.path / "new").size() == 3 + 27 * 3);
}

TEST_CASE("gesture folder: the same files for any number of threads, others for another seed") {
  const ScratchDir dir("gestures-threads");
  const int threads = num_threads();
  GesturesConfig config{.dir = dir.path / "1", .train = 20, .val = 5, .size = 8, .frames = 2};
  set_num_threads(1);
  write_gestures(config);
  set_num_threads(3);
  config.dir = dir.path / "3";
  write_gestures(config);
  set_num_threads(threads);
  const auto one = contents_of(dir.path / "1");
  CHECK(one == contents_of(dir.path / "3"));
  config.seed = 1;
  write_gestures(config);  // over the old ones
  CHECK(one != contents_of(dir.path / "3"));
  config.seed = 0;
  write_gestures(config);
  CHECK(one == contents_of(dir.path / "3"));
}

TEST_CASE("gesture folder: fewer clips leave none of the old ones behind") {
  const ScratchDir dir("gestures-fewer");
  GesturesConfig config{.dir = dir.path, .train = 12, .val = 3, .size = 8, .frames = 3};
  write_gestures(config);
  config.train = 4;
  config.frames = 2;
  write_gestures(config);
  CHECK(contents_of(dir.path).size() == 3 + 7 * 2);
}

TEST_CASE("gesture folder: a directory that holds something else is refused and left alone") {
  const ScratchDir dir("gestures-refused");
  const GesturesConfig config{.dir = dir.path, .train = 2, .val = 1, .size = 8, .frames = 2};
  io::overwrite_file(dir.path / "thesis.tex", "ten years of work");
  CHECK_THROWS_WITH_AS(write_gestures(config), doctest::Contains("thesis.tex"), IoError);
  fs::remove(dir.path / "thesis.tex");
  io::overwrite_file(dir.path / "classes.txt", "cat\ndog\n");
  fs::create_directory(dir.path / "frames");
  CHECK_THROWS_WITH_AS(write_gestures(config), doctest::Contains("another data set"), IoError);
  CHECK(contents_of(dir.path).size() == 1);
  io::overwrite_file(dir.path / "file", "");
  CHECK_THROWS_AS(write_gestures({.dir = dir.path / "file"}), IoError);
}

TEST_CASE("gesture folder: configurations that make no sense are refused") {
  const ScratchDir dir("gestures-config");
  CHECK_THROWS_AS(write_gestures({.dir = dir.path, .train = 0}), ValueError);
  CHECK_THROWS_AS(write_gestures({.dir = dir.path, .size = 4}), ValueError);
  CHECK_THROWS_AS(write_gestures({.dir = dir.path, .frames = 1}), ValueError);
  CHECK(contents_of(dir.path).empty());
}

TEST_CASE("gesture folder: from disk to batches, the same bits for 1, 2 and 3 workers") {
  const ScratchDir dir("gestures-loader");
  write_gestures({.dir = dir.path, .train = 30, .val = 9, .size = 16, .frames = 4});
  const auto dataset = load_dataset(dir.path);
  std::vector<std::vector<Batch>> runs;
  for (const int workers : {1, 2, 3}) {
    LoaderConfig config{.batch_size = 8, .frames = 4};
    config.workers = workers;
    const Loader loader(dataset.train, config);
    auto& run = runs.emplace_back();
    for (const Index epoch : {0, 1})  // the second from memory
      for (const Batch& batch : loader.epoch(epoch)) run.push_back(batch);
  }
  for (const auto& run : runs) {
    REQUIRE(run.size() == 8);
    for (std::size_t b = 0; b < run.size(); ++b) {
      const auto& expected = runs.front()[b];
      CHECK(run[b].indices == expected.indices);
      REQUIRE(run[b].clips.shape() == expected.clips.shape());
      CHECK(std::memcmp(run[b].clips.data(), expected.clips.data(),
                        static_cast<std::size_t>(expected.clips.size()) * sizeof(float)) == 0);
      for (std::size_t i = 0; i < run[b].indices.size(); ++i)
        CHECK(run[b].labels(static_cast<Index>(i)) == dataset.train.label(run[b].indices[i]));
    }
  }
}

}  // namespace gesture_folder_test
