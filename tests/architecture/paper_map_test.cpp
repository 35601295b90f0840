// docs/paper_map.md tells the truth: its files are there, and its symbols stand in them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "source_tree.hpp"

namespace paper_map_test {

using namespace architecture;

namespace {

const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();

/// A row of the tables: the words between its backticks, by column.
struct Row {
  std::string line, symbol, header, test, example;
};

std::string in_backticks(const std::string& cell) {
  const auto begin = cell.find('`'), end = cell.rfind('`');
  return begin == end ? "" : cell.substr(begin + 1, end - begin - 1);
}

std::vector<Row> rows() {
  std::vector<Row> result;
  for (const auto& line : read_lines(project / "docs/paper_map.md")) {
    if (!line.starts_with("| ") || line.starts_with("| in the paper")) continue;
    std::vector<std::string> cells;
    std::stringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(cell);
    REQUIRE_MESSAGE(cells.size() == 5, line);
    result.push_back({line, in_backticks(cells[1]), in_backticks(cells[2]), in_backticks(cells[3]),
                      in_backticks(cells[4])});
  }
  return result;
}

/// Whether a name stands in a file as a whole word, outside of comments.
bool has_symbol(const fs::path& file, const std::string& symbol) {
  const std::regex word("(^|[^A-Za-z0-9_])" + symbol + "($|[^A-Za-z0-9_])");
  for (const auto& line : read_lines(file))
    if (std::regex_search(line.substr(0, line.find("//")), word)) return true;
  return false;
}

}  // namespace

TEST_CASE("paper map: every symbol stands in the header that is named") {
  CHECK(rows().size() > 25);
  for (const auto& row : rows()) {
    const fs::path header = project / "include/adafuse" / row.header;
    if (row.symbol.empty() || row.header.empty() || !fs::exists(header))
      FAIL_CHECK("no header: " << row.line);
    else if (!has_symbol(header, row.symbol))
      FAIL_CHECK(row.header << " has no `" << row.symbol << "`");
  }
}

TEST_CASE("paper map: every test and example is there") {
  for (const auto& row : rows()) {
    if (row.test.empty() || !fs::exists(project / "tests" / row.test))
      FAIL_CHECK("no test: " << row.line);
    if (!row.example.empty() && !fs::exists(project / "examples" / row.example))
      FAIL_CHECK("no example: " << row.line);
  }
}

TEST_CASE("paper map: a symbol in a comment, or a part of a longer one, is none") {
  const auto header = project / "include/adafuse/fusion/fuse.hpp";
  CHECK(has_symbol(header, "fuse_composed"));
  CHECK(!has_symbol(header, "fuse_compose"));
  CHECK(!has_symbol(header, "paper"));
}

}  // namespace paper_map_test
