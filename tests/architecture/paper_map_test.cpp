// docs/paper_map.md tells the truth: its files are there, its symbols stand in them, and every
// number says what can be rerun.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "source_tree.hpp"

namespace paper_map_test {

using namespace architecture;

namespace {

const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();

/// A row of the tables of places: the words between its backticks, by column.
struct Row {
  std::string line, number, symbol, header, test, example;
};

/// A row of the table of what can be rerun.
struct Rerun {
  std::string line, number, kind, command, result;
};

std::string in_backticks(const std::string& cell) {
  const auto begin = cell.find('`'), end = cell.rfind('`');
  return begin == end ? "" : cell.substr(begin + 1, end - begin - 1);
}

std::string trimmed(const std::string& cell) {
  const auto begin = cell.find_first_not_of(' '), end = cell.find_last_not_of(' ');
  return begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1);
}

/// The cells of the numbered rows, below the table head that `head` begins.
std::vector<std::vector<std::string>> cells_below(const std::string& head) {
  std::vector<std::vector<std::string>> result;
  bool within = false;
  for (const auto& line : read_lines(project / "docs/paper_map.md")) {
    if (line.starts_with(head)) within = true;
    if (!line.starts_with("|")) within = false;
    if (!within || line.starts_with(head) || line.starts_with("|-")) continue;
    std::vector<std::string> cells{line};
    std::stringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(trimmed(cell));
    result.push_back(cells);
  }
  return result;
}

std::vector<Row> rows() {
  std::vector<Row> result;
  for (const std::string head : {"| no. | in the paper", "| no. | method"})
    for (const auto& cells : cells_below(head)) {
      REQUIRE_MESSAGE(cells.size() == 7, cells[0]);
      result.push_back({cells[0], cells[1], in_backticks(cells[3]), in_backticks(cells[4]),
                        in_backticks(cells[5]), in_backticks(cells[6])});
    }
  return result;
}

std::vector<Rerun> reruns() {
  std::vector<Rerun> result;
  for (const auto& cells : cells_below("| no. | rerun")) {
    REQUIRE_MESSAGE(cells.size() == 5, cells[0]);
    result.push_back({cells[0], cells[1], cells[2], in_backticks(cells[3]), cells[4]});
  }
  return result;
}

/// What is wrong with a row about a rerun, by the text alone; empty if nothing is.
/// tests/cli/paper_map.sh holds the commands against the program.
std::string mistake_in(const Rerun& row) {
  static const std::set<std::string> with_command{"quick", "long", "data"}, without{"test", "none"};
  if (!with_command.contains(row.kind) && !without.contains(row.kind)) return "unknown kind";
  if (with_command.contains(row.kind) && !row.command.starts_with("adafuse "))
    return "no command of adafuse";
  if (without.contains(row.kind) && !row.command.empty()) return "a command that nobody checks";
  if (row.result.empty()) return "nothing came out";
  if (row.kind == "quick" && in_backticks(row.result).empty()) return "nothing to look for";
  return "";
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

TEST_CASE("paper map: every number is there once, and has a row that says what can be rerun") {
  std::set<std::string> places, rerun;
  for (const auto& row : rows())
    if (!places.insert(row.number).second) FAIL_CHECK("twice: " << row.line);
  for (const auto& row : reruns()) {
    rerun.insert(row.number);
    if (!places.contains(row.number)) FAIL_CHECK("a number without a place: " << row.line);
  }
  for (const auto& number : places)
    if (!rerun.contains(number)) FAIL_CHECK("nothing says what can be rerun of " << number);
}

TEST_CASE("paper map: a row about a rerun has a command, or says why not, and what came out") {
  CHECK(reruns().size() > 30);
  for (const auto& row : reruns())
    if (const auto mistake = mistake_in(row); !mistake.empty())
      FAIL_CHECK(mistake << ": " << row.line);
  CHECK(mistake_in({"", "M1", "quick", "adafuse eval", "`top-1`"}).empty());
  CHECK(mistake_in({"", "M1", "soon", "adafuse eval", "`top-1`"}) == "unknown kind");
  CHECK(mistake_in({"", "M1", "data", "", "needs data"}) == "no command of adafuse");
  CHECK(mistake_in({"", "M1", "test", "adafuse eval", "it works"}) ==
        "a command that nobody checks");
  CHECK(mistake_in({"", "M1", "test", "", ""}) == "nothing came out");
  CHECK(mistake_in({"", "M1", "quick", "adafuse eval", "it works"}) == "nothing to look for");
}

TEST_CASE("paper map: a symbol in a comment, or a part of a longer one, is none") {
  const auto header = project / "include/adafuse/fusion/fuse.hpp";
  CHECK(has_symbol(header, "fuse_composed"));
  CHECK(!has_symbol(header, "fuse_compose"));
  CHECK(!has_symbol(header, "paper"));
}

}  // namespace paper_map_test
