// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/run_files.hpp>

namespace run_files_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("run files: each has its name in the directory") {
  const RunFiles files("dir");
  CHECK(files.dir() == "dir");
  CHECK(files.best() == "dir/best.safetensors");
  CHECK(files.last() == "dir/last.safetensors");
  CHECK(files.config() == "dir/config.json");
  CHECK(files.provenance() == "dir/run.json");
  CHECK(files.metrics() == "dir/metrics.csv");
  CHECK(files.summary() == "dir/summary.json");
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
