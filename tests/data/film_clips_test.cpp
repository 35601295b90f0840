// Films as a data set: samples of time, and batches that are the same for any number of workers.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/film_clips.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <fstream>

#include "made_films.hpp"
#include "scratch_dir.hpp"

namespace film_clips_test {

using namespace adafuse;
using namespace adafuse::data;
using namespace made_films;

namespace {

constexpr const char* h264 = "-c:v libx264 -pix_fmt yuv420p -g 10 -bf 2 -threads 1";

/// a/0.mp4 ... a/3.mp4 and b/..., of different lengths.
void make_folders(const fs::path& dir) {
  for (const char* name : {"a", "b"}) {
    fs::create_directories(dir / name);
    for (int i = 0; i < 4; ++i)
      make_film(dir / name / (std::to_string(i) + (i % 2 ? ".mkv" : ".mp4")), h264, "32x24",
                std::to_string(1 + i % 3));
  }
}

}  // namespace

TEST_CASE("film clips: frames are samples of time, asked for one by one or together") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-clips");
  const auto path = make_film(dir.path / "a.mp4", h264, "32x24", "3");
  const auto expected = frames_by_ffmpeg(path, 24, 32);
  const FilmClips clips({{"a", path, {7}}});
  CHECK(clips.size() == 1);
  CHECK(clips.name(0) == "a");
  CHECK(clips.label(0) == 7);
  REQUIRE(clips.frame_count(0) == 30);
  for (const Index t : {0, 17, 29})
    CHECK(difference(clips.frame(0, t), expected[static_cast<std::size_t>(t)]) == 0);
  const std::vector<Index> positions = {25, 3, 3, 12};
  const auto frames = clips.frames(0, positions);
  for (std::size_t i = 0; i < positions.size(); ++i)
    CHECK(difference(frames[i], expected[static_cast<std::size_t>(positions[i])]) == 0);
  CHECK_THROWS_AS(clips.frame(0, 30), ValueError);
  CHECK_THROWS_AS(clips.frame(1, 0), ValueError);
  const FilmClips small({{"a", path, {7}}}, {.shorter_side = 12});
  CHECK(small.frame(0, 2).shape() == Shape{12, 16, 3});
  const FilmClips by_three({{"a", path, {7}}}, {.shorter_side = 12, .threads = 3});
  const auto same = by_three.frames(0, positions);
  for (std::size_t i = 0; i < positions.size(); ++i)
    CHECK(difference(same[i], small.frame(0, positions[i])) == 0);
  CHECK_THROWS_AS(FilmClips({{"a", path, {7}}}, {.threads = 0}), ValueError);
}

TEST_CASE("film clips: threads are shared by the decoders, at least one and no more than eight") {
  const int before = num_threads();
  set_num_threads(6);
  CHECK(decoder_threads(1) == 6);
  CHECK(decoder_threads(2) == 3);
  CHECK(decoder_threads(4) == 1);
  CHECK(decoder_threads(7) == 1);
  CHECK(decoder_threads(0) == 6);
  set_num_threads(64);
  CHECK(decoder_threads(1) == 8);
  set_num_threads(before);
}

TEST_CASE("film clips: the first film that cannot be opened is named") {
  const ScratchDir dir("film-clips-broken");
  std::ofstream(dir.path / "x.mp4") << "no film";
  try {
    FilmClips({{"x", dir.path / "x.mp4", {0}}, {"y", dir.path / "y.mp4", {0}}});
    FAIL("no error");
  } catch (const FormatError& error) {
    CHECK(std::string(error.what()).find("x.mp4: expected a film") != std::string::npos);
  }
}

TEST_CASE("film clips: batches are the same for 0, 1, 3 and 8 workers, with a cache and without") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-clips-workers");
  make_folders(dir.path);
  DatasetOptions options;
  options.films = open_films;
  options.film_side = 16;
  const auto dataset = open_dataset(dir.path, options);
  CHECK(dataset.layout == "films by class, split by name");
  CHECK(dataset.classes == std::vector<std::string>{"a", "b"});
  CHECK(dataset.train.size() + dataset.val.size() == 8);
  LoaderConfig config{.batch_size = 2, .frames = 4, .size = 16, .workers = 0, .cache_bytes = 0};
  std::vector<Batch> expected;
  const Loader plain(dataset.train, config);
  for (const auto& batch : plain.epoch(1)) expected.push_back(batch);
  REQUIRE(expected.size() >= 2);
  for (const int workers : {0, 1, 3, 8})
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1} << 20}) {
      CAPTURE(workers);
      config.workers = workers;
      config.cache_bytes = bytes;
      const Loader loader(dataset.train, config);
      for (const auto& warm : loader.epoch(0)) CHECK(warm.clips.defined());
      std::size_t b = 0;
      for (const auto& batch : loader.epoch(1)) {
        CHECK(batch.indices == expected[b].indices);
        CHECK(std::equal(batch.clips.begin(), batch.clips.end(), expected[b].clips.begin()));
        ++b;
      }
      CHECK(b == expected.size());
    }
}

TEST_CASE("film clips: lists name films, with their lengths or by names without an ending") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-lists");
  make_folders(dir.path / "films");
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(dir.path / name) << text;
    return dir.path / name;
  };
  DatasetOptions options;
  options.train_list = write("one.txt", "a/0.mp4 10 1\na/1.mkv 20 1\n");
  options.val_list = write("two.txt", "b/2.mp4 30 0\n");
  options.classes = write("classes.txt", "x\ny\n");
  options.frames_root = dir.path / "films";
  CHECK_THROWS_AS(open_dataset("", options), IoError);  // nobody reads films
  options.films = open_films;
  const auto listed = open_dataset("", options);
  CHECK(listed.layout == "lists one.txt and two.txt of films");
  REQUIRE(listed.train.size() == 2);
  CHECK(listed.train.frame_count(1) == 20);
  CHECK(listed.train.label(0) == 1);
  CHECK(listed.train.place(0) == dir.path / "films/a/0.mp4");
  CHECK(listed.val.name(0) == "b/2.mp4");
  CHECK(listed.train.frame(0, 3).shape() == Shape{24, 32, 3});

  const auto error = [&] {
    try {
      open_dataset("", options);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  const auto says = [&](const char* text) {
    CAPTURE(error());
    return error().find(text) != std::string::npos;
  };
  write("two.txt", "b/2.mp4 29 0\n");
  CHECK(says("two.txt:1: \"b/2.mp4\" has 30 frames, not 29"));
  write("two.txt", "b/2.mp4 30 0\nb/9.mp4 10 0\n");
  CHECK(says("two.txt:2: there is no film \"b/9.mp4\""));
  write("two.txt", "b/2.mp4 30 0\n");
  options.columns = parse_list_columns("path,start,label");
  CHECK(says("one.txt:1: \"a/0.mp4\" is a film, which is taken whole"));
  options.columns = {};
  options.first_frame = 1;
  CHECK(says("--first-frame has no effect on films"));
  options.first_frame = {};

  // Something-Something V2: ids of films that lie beside the lists.
  write("something-something-v2-train.json", R"([{"id": "0", "template": "x"}])");
  write("something-something-v2-validation.json", R"([{"id": "1", "template": "y"}])");
  write("something-something-v2-labels.json", R"({"x": "0", "y": "1"})");
  fs::create_directories(dir.path / "20bn-something-something-v2");
  fs::copy_file(dir.path / "films/a/0.mp4", dir.path / "20bn-something-something-v2/0.mp4");
  fs::copy_file(dir.path / "films/a/1.mkv", dir.path / "20bn-something-something-v2/1.mkv");
  fs::remove(dir.path / "classes.txt");
  DatasetOptions found;
  found.films = open_films;
  const auto something = open_dataset(dir.path, found);
  CHECK(something.train.size() == 1);
  CHECK(something.val.label(0) == 1);
  CHECK(something.val.frame_count(0) == 20);
}

TEST_CASE("film clips: frames of GIFs") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-clips-gif");
  const auto path = make_film(dir.path / "a.gif", "", "32x24", "1");
  const FilmClips clips({{"a", path, {0}}});
  CHECK(clips.frame_count(0) == 10);
  CHECK(difference(clips.frame(0, 7), frames_by_ffmpeg(path, 24, 32)[7]) == 0);
}

}  // namespace film_clips_test
