// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tiny_run.hpp"

namespace run_writer_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

namespace fs = std::filesystem;

const ModelCard& card() {
  static const ModelCard card = [] {
    auto config = tiny_config("none").model;
    config.classes = 2;
    return ModelCard{config, {"a", "b"}, {}, {}};
  }();
  return card;
}

models::VideoModel<float> model(std::uint64_t seed) {
  return models::VideoModel<float>(card().config, Key(seed));
}

RunSummary summary_of(const char* name) {
  RunSummary summary;
  summary.model = name;
  return summary;
}

/// Begins a run in `dir` with the smallest of networks.
RunWriter begin(const fs::path& dir, bool overwrite = false) {
  RunWriter writer(dir, overwrite);
  auto config = tiny_config("none");
  config.model = card().config;
  writer.start(config, model(1), card());
  return writer;
}

std::set<std::string> listing(const fs::path& dir) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir))
    names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("run writer: a beginning has configuration, header and the model as it starts") {
  const data::ScratchDir scratch("run-writer");
  const auto dir = scratch.path / "deep" / "run";
  const auto writer = begin(dir);
  CHECK(listing(dir) ==
        std::set<std::string>{".writing", "config.json", "metrics.csv", "last.safetensors"});
  CHECK(io::read_file(dir / "metrics.csv") == csv_header());
  CHECK(load_model(dir / "last.safetensors").card.classes == std::vector<std::string>{"a", "b"});
  CHECK(from_json<TrainConfig>(io::read_json(dir / "config.json"), "c").seed == 5);
}

TEST_CASE("run writer: epochs are added one after the other, the best is kept") {
  const data::ScratchDir scratch("run-writer");
  auto writer = begin(scratch.path / "run");
  const auto files = writer.files();
  EpochMetrics first, second;
  second.epoch = 1;
  writer.add_epoch(first, model(1), card(), true);
  const auto best = io::read_file(files.best());
  writer.add_epoch(second, model(2), card(), false);
  CHECK(io::read_file(files.best()) == best);
  CHECK(io::read_file(files.last()) != best);
  CHECK(io::read_file(files.metrics()) == csv_header() + csv_row(first) + csv_row(second));
  writer.finish({});
  CHECK(listing(files.dir()) == std::set<std::string>{"config.json", "metrics.csv",
                                                      "last.safetensors", "best.safetensors",
                                                      "summary.json"});
}

TEST_CASE("run writer: an earlier run stays until the new one is complete") {
  const data::ScratchDir scratch("run-writer");
  const auto dir = scratch.path / "run";
  begin(dir).finish(summary_of("old"));
  CHECK_THROWS_WITH_AS(begin(dir), doctest::Contains("run: holds a run already; --overwrite"),
                       IoError);
  auto writer = begin(dir, true);
  CHECK(writer.replaces());
  writer.add_epoch({}, model(2), card(), true);
  CHECK(io::read_json(RunFiles(dir).summary())["model"] == "old");
  CHECK_FALSE(fs::exists(RunFiles(dir).best()));
  CHECK_THROWS_WITH_AS(begin(dir, true), doctest::Contains("is being written by"), IoError);
  writer.finish(summary_of("new"));
  CHECK(io::read_json(RunFiles(dir).summary())["model"] == "new");
  CHECK(fs::exists(RunFiles(dir).best()));
  CHECK(listing(scratch.path) == std::set<std::string>{"run"});
}

TEST_CASE("run writer: a directory that holds something else is refused and left as it is") {
  const data::ScratchDir scratch("run-writer");
  for (const std::string name : {"notes.txt", "best.safetensors.bak", "last"}) {
    const auto dir = scratch.path / name;
    fs::create_directory(dir);
    io::write_file(dir / name, "mine");
    io::write_file(dir / "config.json", "mine too");
    for (const bool overwrite : {false, true})
      CHECK_THROWS_WITH_AS(begin(dir, overwrite), doctest::Contains(name.c_str()), IoError);
    CHECK(listing(dir) == std::set<std::string>{"config.json", name});
    CHECK(io::read_file(dir / "config.json") == "mine too");
  }
}

TEST_CASE("run writer: a file in the directory's place is told") {
  const data::ScratchDir scratch("run-writer");
  io::write_file(scratch.path / "file", "mine");
  CHECK_THROWS_AS(begin(scratch.path / "file"), IoError);
  CHECK_THROWS_AS(begin(scratch.path / "file" / "run"), IoError);
  CHECK(io::read_file(scratch.path / "file") == "mine");
}

}  // namespace run_writer_test
