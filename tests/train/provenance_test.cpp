// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/provenance.hpp>
#include <sstream>

namespace provenance_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("provenance: is read as it was written, with the keys that are promised") {
  const Provenance run{.version = "0.1.0",
                       .commit = "388c288aa001",
                       .command = {"adafuse", "train", "--data", "a b"},
                       .directory = "/home/a",
                       .data = "/home/a/a b",
                       .started = "2026-03-01T12:00:00Z",
                       .processor = "Some Processor",
                       .threads = 2,
                       .vector_path = "avx2"};
  const auto json = to_json(run);
  std::vector<std::string> keys;
  for (const auto& entry : json.items()) keys.push_back(entry.key());
  CHECK(keys == std::vector<std::string>{"version", "commit", "command", "directory", "data",
                                         "started", "processor", "threads", "vector_path"});
  CHECK(to_json(from_json<Provenance>(json, "run.json")) == json);
}

TEST_CASE("provenance: times are UTC, processors have the name that Linux gives them") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(1772366400) == "2026-03-01T12:00:00Z");
  std::istringstream two("processor\t: 0\nmodel name\t: A: B 9\nmodel name\t: other\n");
  CHECK(processor_name(two) == "A: B 9");
  std::istringstream none("processor\t: 0\n");
  CHECK(processor_name(none).empty());
}

}  // namespace provenance_test
