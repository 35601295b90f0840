// docs/peers.md says what docs/peers/results.json holds, row by row.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

namespace peers_test {

using namespace adafuse;

namespace {

const std::filesystem::path docs = std::filesystem::path(ADAFUSE_TEST_DIR).parent_path() / "docs";

std::string number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

/// The least of seeds; "-" where none has a number.
std::string least(const io::Json& seeds, const char* column) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& seed : seeds)
    if (!seed.at(column).is_null()) least = std::min(least, seed.at(column).get<double>());
  return std::isfinite(least) ? number(least, 2) : "-";
}

/// The mean over seeds, and their standard deviation where there are several.
std::string cell(const io::Json& seeds, const char* column, int digits) {
  double sum = 0, squares = 0;
  for (const auto& seed : seeds) sum += seed.at(column).get<double>();
  const double count = static_cast<double>(seeds.size()), mean = sum / count;
  for (const auto& seed : seeds)
    squares += (seed.at(column).get<double>() - mean) * (seed.at(column).get<double>() - mean);
  if (seeds.size() < 2) return number(mean, digits);
  return number(mean, digits) + " ± " + number(std::sqrt(squares / (count - 1)), digits);
}

std::vector<std::string> page() {
  std::vector<std::string> lines;
  std::ifstream file(docs / "peers.md");
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// The rows of the table between the marks of a name, without its head.
std::vector<std::string> rows_of(const std::string& name) {
  std::vector<std::string> rows;
  bool within = false;
  for (const auto& line : page()) {
    if (line == "<!-- end -->") within = false;
    if (within) rows.push_back(line);
    if (line == "<!-- " + name + " -->") within = true;
  }
  REQUIRE(rows.size() > 2);
  rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

}  // namespace

TEST_CASE("peers: the page's tables are those of the stored results") {
  const auto results = io::read_json(docs / "peers/results.json");
  REQUIRE(results.at("tables").size() == 3);
  for (const std::string name : {"table", "knee", "hidden"}) {
    INFO(name);
    const auto& rows = results.at("tables").at(name);
    std::vector<std::string> expected;
    for (const auto& row : rows) {
      const auto& seeds = row.at("seeds");
      expected.push_back("| " + row.at("name").get<std::string>() + " | " + cell(seeds, "top1", 1) +
                         " | " + cell(seeds, "macs", 1) + " | " + cell(seeds, "gflops", 4) + " | " +
                         cell(seeds, "frames", 1) + " | " + least(seeds, "ms") + " | " +
                         std::to_string(seeds.size()) + " |");
    }
    CHECK(rows_of(name) == expected);
  }
}

TEST_CASE("peers: rows of the paper map repeat what a table of another page says") {
  const auto lines_of = [](const char* name) {
    std::vector<std::string> lines;
    std::ifstream file(docs / name);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  };
  const auto estimators = lines_of("estimators.md"), map = lines_of("paper_map.md");
  int found = 0;
  // "(estimators.md#who-decides): 65.4 % at 61.3 % of dense": of a row of that table.
  for (const auto& line : map) {
    const std::string place = "(estimators.md#who-decides): ";
    const auto begin = line.find(place);
    if (begin == std::string::npos) continue;
    double top1 = 0, share = 0;
    REQUIRE(std::sscanf(line.c_str() + begin + place.size(), "%lf %% at %lf %% of dense", &top1,
                        &share) == 2);
    const auto cells = " | " + number(top1, 1) + " ± ", of_dense = " | " + number(share, 1) + " ± ";
    CHECK(std::any_of(estimators.begin(), estimators.end(), [&](const std::string& row) {
      const auto at = row.find(cells);
      return at != std::string::npos && row.find(of_dense, at) != std::string::npos;
    }));
    ++found;
  }
  CHECK(found == 3);
}

}  // namespace peers_test
