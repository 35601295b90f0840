// Folders of films: which films there are, by class, and on which side.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/film_folders.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <fstream>
#include <set>

#include "scratch_dir.hpp"

namespace film_folders_test {

using namespace adafuse;
using namespace adafuse::data;
namespace fs = std::filesystem;

namespace {

void touch(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "";
}

std::vector<std::string> names(const std::vector<FilmClip>& clips) {
  std::vector<std::string> result;
  for (const auto& clip : clips) result.push_back(clip.name);
  return result;
}

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("film folders: what is a film by its name") {
  for (const char* name : {"a.mp4", "A.MP4", "b.webm", "c.mkv", "d.avi", "e.Mov", "f.gif"})
    CHECK(is_film_name(name));
  for (const char* name : {"a.jpg", "mp4", "a.mp4.txt", "a.wav", ""})
    CHECK_FALSE(is_film_name(name));
}

TEST_CASE("film folders: train and val as they are, in natural order") {
  const ScratchDir dir("film-folders");
  for (const char* name : {"train/walk/10.mp4", "train/walk/2.mp4", "train/run/a.webm",
                           "train/run/notes.txt", "train/run/.a.mp4.swp", "val/walk/1.mkv"})
    touch(dir.path / name);
  CHECK(has_film_folders(dir.path));
  const auto folders = read_film_folders(dir.path);
  CHECK_FALSE(folders.split_by_name);
  CHECK(folders.classes == std::vector<std::string>{"run", "walk"});
  CHECK(names(folders.train) ==
        std::vector<std::string>{"run/a.webm", "walk/2.mp4", "walk/10.mp4"});
  CHECK(names(folders.val) == std::vector<std::string>{"walk/1.mkv"});
  CHECK(folders.val[0].labels == std::vector<std::int64_t>{1});
  touch(dir.path / "val/swim/1.mp4");
  CHECK(error_of([&] { read_film_folders(dir.path); }).find("swim: this class has no folder") !=
        std::string::npos);
}

TEST_CASE("film folders: the split keeps what was cut from one film on one side") {
  const ScratchDir dir("film-folders-split");
  for (const char* label : {"a", "b"})
    for (int source = 0; source < 10; ++source)
      for (int cut = 0; cut < 3; ++cut)
        touch(dir.path / label / concat(label, "street", source, "_clip", cut, ".mp4"));
  const auto folders = read_film_folders(dir.path);
  CHECK(folders.split_by_name);
  CHECK(folders.train.size() + folders.val.size() == 60);
  CHECK(folders.val.size() >= 6);
  CHECK(folders.val.size() <= 18);
  std::set<std::string> trained;
  for (const auto& clip : folders.train) trained.insert(source_of(clip.path.stem().string()));
  for (const auto& clip : folders.val)
    CHECK(trained.count(source_of(clip.path.stem().string())) == 0);
}

TEST_CASE("film folders: a class without films, and a program without FFmpeg") {
  const ScratchDir dir("film-folders-mistakes");
  touch(dir.path / "a/1.mp4");
  touch(dir.path / "a/2.mp4");
  CHECK(error_of([&] { open_dataset(dir.path); }).find("built without FFmpeg's libraries") !=
        std::string::npos);
  fs::create_directories(dir.path / "b");
  CHECK(error_of([&] { open_dataset(dir.path); }).find("b: expected films of this class") ==
        std::string::npos);
  CHECK(error_of([&] { read_film_folders(dir.path); }).find("b: expected films of this class") !=
        std::string::npos);
}

}  // namespace film_folders_test
