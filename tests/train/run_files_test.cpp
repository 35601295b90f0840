// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "../models/lively_model.hpp"
#include "tiny_run.hpp"

namespace run_files_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

namespace fs = std::filesystem;

/// Begins a run in `dir` with the smallest of networks.
void begin(const fs::path& dir) {
  auto config = tiny_config("none");
  config.model.classes = 2;
  const models::VideoModel<float> model(config.model, Key(0));
  RunFiles(dir).start(config, model, {config.model, {"a", "b"}, {}, "learned"});
}

std::set<std::string> listing(const fs::path& dir) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir))
    names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("run files: a beginning has configuration, header and the model as it starts") {
  const data::ScratchDir scratch("run-files");
  const auto dir = scratch.path / "deep" / "run";
  begin(dir);
  CHECK(listing(dir) == std::set<std::string>{"config.json", "metrics.csv", "last.safetensors"});
  CHECK(io::read_file(dir / "metrics.csv") == csv_header());
  CHECK(load_model(dir / "last.safetensors").card.classes == std::vector<std::string>{"a", "b"});
  CHECK(from_json<TrainConfig>(io::read_json(dir / "config.json"), "c").seed == 5);
}

TEST_CASE("run files: epochs are added one after the other, the best is kept") {
  const data::ScratchDir scratch("run-files");
  begin(scratch.path / "run");
  const RunFiles files(scratch.path / "run");
  auto config = tiny_config("none").model;
  config.classes = 2;
  const ModelCard card{config, {"a", "b"}, {}, "learned"};
  EpochMetrics first, second;
  second.epoch = 1;
  files.add_epoch(first, models::VideoModel<float>(config, Key(1)), card, true);
  const auto best = io::read_file(files.best());
  files.add_epoch(second, models::VideoModel<float>(config, Key(2)), card, false);
  CHECK(io::read_file(files.best()) == best);
  CHECK(io::read_file(files.last()) != best);
  CHECK(io::read_file(files.metrics()) == csv_header() + csv_row(first) + csv_row(second));
}

TEST_CASE("run files: a directory that holds something else is refused and left as it is") {
  const data::ScratchDir scratch("run-files");
  for (const std::string name : {"notes.txt", "best.safetensors.bak", "last"}) {
    const auto dir = scratch.path / name;
    fs::create_directory(dir);
    io::write_file(dir / name, "mine");
    io::write_file(dir / "config.json", "mine too");
    CHECK_THROWS_WITH_AS(begin(dir), doctest::Contains(name.c_str()), IoError);
    CHECK(listing(dir) == std::set<std::string>{"config.json", name});
    CHECK(io::read_file(dir / "config.json") == "mine too");
  }
}

TEST_CASE("run files: a file in the directory's place is told") {
  const data::ScratchDir scratch("run-files");
  io::write_file(scratch.path / "file", "mine");
  CHECK_THROWS_AS(begin(scratch.path / "file"), IoError);
  CHECK_THROWS_AS(begin(scratch.path / "file" / "run"), IoError);
  CHECK(io::read_file(scratch.path / "file") == "mine");
}

TEST_CASE("run files: a new run takes the results of the one before away, and half-written files") {
  const data::ScratchDir scratch("run-files");
  const auto dir = scratch.path;
  begin(dir);
  io::write_file(dir / "best.safetensors", "old");
  io::write_file(dir / "summary.json", "old");
  io::write_file(dir / "last.safetensors.tmp-123-4", "half");
  begin(dir);
  CHECK(listing(dir) == std::set<std::string>{"config.json", "metrics.csv", "last.safetensors"});
}

TEST_CASE("run files: the summary has the keys that are promised, in their order") {
  std::vector<std::string> keys;
  const auto json = to_json(RunSummary{});
  for (const auto& entry : json.items()) keys.push_back(entry.key());
  CHECK(keys == std::vector<std::string>{"model", "fusion", "policy", "top1", "macs_per_clip",
                                         "macs_fraction", "parameters", "train_seconds",
                                         "clips_per_second"});
}

}  // namespace run_files_test
