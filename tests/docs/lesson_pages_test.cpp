// Pages of lessons show what these print: their tables are those of the expectation, which the
// lesson's own test compares with the program, and a decimal in their prose stands in one of them
// or is an input of the program.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace lesson_pages_test {

namespace {

const std::filesystem::path project = std::filesystem::path(ADAFUSE_TEST_DIR).parent_path();

/// A page, and the program that prints its tables.
struct LessonPage {
  std::string page, program;
  std::size_t fewest;  // fewer rows and decimals than it has

  std::string expectation() const {
    return program.substr(0, program.find(".cpp")) + ".expected.txt";
  }
};

const LessonPage lesson_pages[] = {
    {"docs/adafuse_by_hand.md", "examples/18_adafuse_by_hand.cpp", 80},
    {"docs/derivations.md", "examples/20_derivations.cpp", 40},
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(project / file);
  REQUIRE_MESSAGE(in.good(), file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> table_lines(const std::string& file) {
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

/// Arithmetic of a page: numbers, + - * / and brackets.
class Arithmetic {
 public:
  explicit Arithmetic(const std::string& text) : text_(text) {}

  /// The value of all of it. Throws std::runtime_error for what is no arithmetic.
  double value() {
    const double result = sum();
    if (at_ != text_.size()) throw std::runtime_error("no arithmetic: " + text_);
    return result;
  }

 private:
  char next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool eat(char c) { return next() == c && ++at_ > 0; }

  double sum() {
    double result = product();
    while (true) {
      if (eat('+'))
        result += product();
      else if (eat('-'))
        result -= product();
      else
        return result;
    }
  }
  double product() {
    double result = factor();
    while (true) {
      if (eat('*'))
        result *= factor();
      else if (eat('/'))
        result /= factor();
      else
        return result;
    }
  }
  double factor() {
    if (eat('-')) return -factor();
    if (eat('(')) {
      const double result = sum();
      if (!eat(')')) throw std::runtime_error("an open bracket: " + text_);
      return result;
    }
    next();
    std::size_t read = 0;
    const double result = std::stod(text_.substr(at_), &read);
    at_ += read;
    return result;
  }

  std::string text_;
  std::size_t at_ = 0;
};

/// The equations of a line: arithmetic of at least one operation, "=", a number.
std::vector<std::pair<std::string, double>> equations_in(const std::string& line) {
  static const std::regex equation(
      R"(([-(]*\d[-+*/(). \d]*[-+*/] [-+*/(). \d]*) = (-?\d+(?:\.\d+)?))");
  std::vector<std::pair<std::string, double>> found;
  for (std::sregex_iterator it(line.begin(), line.end(), equation), end; it != end; ++it)
    found.push_back({(*it)[1], std::stod((*it)[2])});
  return found;
}

}  // namespace

TEST_CASE("lesson pages: the tables are what the program prints, in its order") {
  for (const auto& lesson : lesson_pages) {
    CAPTURE(lesson.page);
    const auto page = table_lines(lesson.page);
    const auto program = table_lines(lesson.expectation());
    REQUIRE(program.size() > lesson.fewest);
    for (std::size_t i = 0; i < std::min(page.size(), program.size()); ++i) {
      CAPTURE(i);
      CHECK(page[i] == program[i]);
    }
    CHECK(page.size() == program.size());
  }
}

TEST_CASE("lesson pages: every decimal of the page is the program's") {
  for (const auto& lesson : lesson_pages) {
    std::set<std::string> known;
    for (const auto& file : {lesson.expectation(), lesson.program})
      for (const auto& line : lines_of(file))
        for (const auto& decimal : decimals_in(line)) known.insert(decimal);
    std::size_t seen = 0;
    for (const auto& line : lines_of(lesson.page))
      for (const auto& decimal : decimals_in(line)) {
        CAPTURE(lesson.page);
        CAPTURE(line);
        CHECK_MESSAGE(known.count(decimal) == 1, decimal);
        ++seen;
      }
    CHECK(seen > lesson.fewest);
  }
}

TEST_CASE("lesson pages: arithmetic that is written out is right") {
  std::size_t seen = 0;
  for (const auto& line : lines_of("docs/adafuse_by_hand.md"))
    for (const auto& [left, right] : equations_in(line)) {
      CAPTURE(line);
      CHECK(Arithmetic(left).value() == doctest::Approx(right).epsilon(1e-9));
      ++seen;
    }
  CHECK(seen > 9);
  CHECK(equations_in("so -1.2 * 5 + 0.2 = -5.8 and x_0 = 3, (1 + 2) / 2 = 1.5.").size() == 2);
  CHECK(Arithmetic("-1 * (2 - -3) / 2").value() == -2.5);
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

}  // namespace lesson_pages_test
