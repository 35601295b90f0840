// The decisions are short, say what they decide and what stands now, and are in the index.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace decisions_test {

using namespace architecture;

namespace {

const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();

constexpr std::size_t most_lines = 35, widest = 120;

/// "0028-one-program-many-machines.md" is number 0028; other names have none.
std::string number_of(const std::string& name) {
  static const std::regex numbered(R"(^(\d{4})-[a-z0-9-]+\.md$)");
  std::smatch match;
  return std::regex_match(name, match, numbered) ? match[1].str() : "";
}

/// The number of the decision that a status line names as its successor; empty: there is none.
std::string successor_in(const std::string& status) {
  static const std::regex superseded(R"(^Status: superseded by (\d{4})$)");
  std::smatch match;
  return std::regex_match(status, match, superseded) ? match[1].str() : "";
}

/// What is wrong with a decision, a line each. `numbers`: of all decisions; `index`: README.md's
/// lines.
std::vector<std::string> mistakes_in(const std::string& name, const std::vector<std::string>& lines,
                                     const std::set<std::string>& numbers,
                                     const std::vector<std::string>& index) {
  std::vector<std::string> mistakes;
  const std::string number = number_of(name);
  const std::string title_begins = "# " + number + ": ";
  const bool has_title = !lines.empty() && lines[0].starts_with(title_begins);
  if (!has_title) mistakes.push_back("does not open with " + title_begins);
  const std::string status = lines.size() > 1 ? lines[1] : "";
  const std::string successor = successor_in(status);
  if (status != "Status: accepted" && successor.empty())
    mistakes.push_back("has no status in its second line");
  if (!successor.empty() && (successor == number || !numbers.contains(successor)))
    mistakes.push_back("is superseded by " + successor + ", which is not there");
  if (lines.size() > most_lines)
    mistakes.push_back("has " + std::to_string(lines.size()) + " lines");
  for (const auto& line : lines)
    if (line.size() > widest) mistakes.push_back("has a line of " + std::to_string(line.size()));
  for (const char* part : {"**Question.**", "**Decision.**", "**Why.**", "**Cost.**"})
    if (std::none_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.starts_with(part); }))
      mistakes.push_back(std::string("has no paragraph ") + part);
  const std::string title = has_title ? lines[0].substr(title_begins.size()) : "";
  const std::string entry = "| [" + number + "](" + name + ") | " + title + " | " +
                            (successor.empty() ? "accepted" : "superseded by " + successor) + " |";
  if (std::find(index.begin(), index.end(), entry) == index.end())
    mistakes.push_back("has no row in the index: " + entry);
  return mistakes;
}

std::map<std::string, std::vector<std::string>> decisions() {
  std::map<std::string, std::vector<std::string>> result;
  for (const auto& entry : fs::directory_iterator(project / "docs/decisions"))
    if (entry.path().filename() != "README.md")
      result.emplace(entry.path().filename().string(), read_lines(entry.path()));
  return result;
}

}  // namespace

TEST_CASE("decisions: each has a status, is short, and stands in the index") {
  const auto all = decisions();
  CHECK(all.size() > 30);
  std::set<std::string> numbers;
  for (const auto& [name, lines] : all)
    if (!numbers.insert(number_of(name)).second) FAIL_CHECK(name << " has a number that is taken");
  const auto index = read_lines(project / "docs/decisions/README.md");
  for (const auto& [name, lines] : all)
    for (const auto& mistake : mistakes_in(name, lines, numbers, index))
      FAIL_CHECK(name << " " << mistake);
}

TEST_CASE("decisions: the rule sees what is missing") {
  const std::vector<std::string> good = {"# 0002: Two",     "Status: superseded by 0003",
                                         "**Question.** a", "**Decision.** b",
                                         "**Why.** c",      "**Cost.** d"};
  const std::set<std::string> numbers = {"0002", "0003"};
  const std::vector<std::string> index = {"| [0002](0002-two.md) | Two | superseded by 0003 |"};
  const auto count = [&](const std::vector<std::string>& lines) {
    return mistakes_in("0002-two.md", lines, numbers, index).size();
  };
  CHECK(count(good) == 0);
  CHECK(mistakes_in("0002-two.md", good, numbers, {}).size() == 1);
  CHECK(mistakes_in("0002-two.md", good, {"0002"}, index).size() == 1);
  const auto with_line = [&](std::size_t at, const char* line) {
    auto lines = good;
    lines[at] = line;
    return count(lines);
  };
  CHECK(with_line(0, "# Two") > 0);
  CHECK(with_line(1, "Status: superseded by 0002") > 0);
  CHECK(with_line(1, "Status: accepted") == 1);  // The index says otherwise.
  CHECK(with_line(1, "Accepted.") > 0);
  CHECK(with_line(5, "It costs nothing.") == 1);
  auto long_one = good;
  long_one.resize(most_lines, "");
  CHECK(count(long_one) == 0);
  long_one.push_back("");
  CHECK(count(long_one) == 1);
}

}  // namespace decisions_test
