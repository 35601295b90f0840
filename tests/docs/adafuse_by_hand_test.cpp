// docs/adafuse_by_hand.md shows what examples/18_adafuse_by_hand.cpp prints: its tables are those
// of the expectation, which the lesson's own test compares with the program, and a decimal in its
// prose stands in one of them or is an input of the program.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace adafuse_by_hand_test {

namespace {

const std::filesystem::path project = std::filesystem::path(ADAFUSE_TEST_DIR).parent_path();

std::vector<std::string> lines_of(const char* file) {
  std::ifstream in(project / file);
  REQUIRE_MESSAGE(in.good(), file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> table_lines(const char* file) {
  std::vector<std::string> rows;
  for (const auto& line : lines_of(file))
    if (line.starts_with("|")) rows.push_back(line);
  return rows;
}

std::vector<std::string> decimals_in(const std::string& line) {
  static const std::regex decimal(R"(\d+\.\d+)");
  std::vector<std::string> found;
  for (std::sregex_iterator it(line.begin(), line.end(), decimal), end; it != end; ++it)
    found.push_back(it->str());
  return found;
}

}  // namespace

TEST_CASE("adafuse by hand: the page's tables are what the program prints, in its order") {
  const auto page = table_lines("docs/adafuse_by_hand.md");
  const auto program = table_lines("examples/18_adafuse_by_hand.expected.txt");
  REQUIRE(program.size() > 80);
  for (std::size_t i = 0; i < std::min(page.size(), program.size()); ++i) {
    CAPTURE(i);
    CHECK(page[i] == program[i]);
  }
  CHECK(page.size() == program.size());
}

TEST_CASE("adafuse by hand: every decimal of the page is the program's") {
  std::set<std::string> known;
  for (const char* file :
       {"examples/18_adafuse_by_hand.expected.txt", "examples/18_adafuse_by_hand.cpp"})
    for (const auto& line : lines_of(file))
      known.merge([&] {
        const auto found = decimals_in(line);
        return std::set<std::string>(found.begin(), found.end());
      }());
  std::size_t seen = 0;
  for (const auto& line : lines_of("docs/adafuse_by_hand.md"))
    for (const auto& decimal : decimals_in(line)) {
      CAPTURE(line);
      CHECK_MESSAGE(known.count(decimal) == 1, decimal);
      ++seen;
    }
  CHECK(seen > 100);
}

TEST_CASE("adafuse by hand: both columns agree in every row that has two") {
  // Headers that end in a pair of columns: "by formula | by backward", "by formula | by the
  // library".
  const auto rows = table_lines("docs/adafuse_by_hand.md");
  static const std::regex pair(R"(\| (\S+) \| (\S+) \|$)");
  bool two = false;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size() && rows[i + 1].starts_with("|---"))
      two = rows[i].ends_with("by backward |") || rows[i].ends_with("by the library |");
    std::smatch cells;
    if (!two || !std::regex_search(rows[i], cells, pair) || rows[i].starts_with("|---")) continue;
    CAPTURE(rows[i]);
    CHECK(cells[1] == cells[2]);
    ++compared;
  }
  CHECK(compared > 60);
}

}  // namespace adafuse_by_hand_test
