// Functions of the kernels and of inference fit on a screen or two.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace functions_test {

using namespace architecture;

namespace {

constexpr std::size_t most_lines = 80;

/// A line without strings, characters and comments: braces there open nothing.
std::string code_of(std::string line) {
  static const std::regex text(R"("(\\.|[^"\\])*"|'(\\.|[^'\\])'|//.*)");
  return std::regex_replace(line, text, "");
}

/// Where the blocks begin that are longer than `most_lines` and no namespace or type.
std::vector<std::size_t> long_blocks(const std::vector<std::string>& lines) {
  static const std::regex holds_many(R"(\b(namespace|class|struct|union|enum)\b)");
  std::vector<std::size_t> open, found;
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (const char c : code_of(lines[i])) {
      if (c == '{') open.push_back(i);
      if (c != '}' || open.empty()) continue;
      const std::size_t begin = open.back();
      open.pop_back();
      if (i - begin + 1 <= most_lines) continue;
      const std::string head =
          (begin > 0 ? code_of(lines[begin - 1]) : "") + " " + code_of(lines[begin]);
      if (!std::regex_search(head, holds_many)) found.push_back(begin + 1);
    }
  return found;
}

}  // namespace

TEST_CASE("functions: none in kernels/ and infer/ is longer than 80 lines") {
  int looked_at = 0;
  for (const auto& [path, header] : library()) {
    if (room_of(path) != "kernels" && room_of(path) != "infer") continue;
    ++looked_at;
    for (const auto line : long_blocks(header.lines))
      FAIL_CHECK(path << ":" << line << ": a function of more than " << most_lines << " lines");
  }
  CHECK(looked_at > 50);
}

TEST_CASE("functions: the rule sees a long one, and not a long type") {
  std::vector<std::string> body(most_lines - 1, "  f(\"{\");  // {");
  const auto block = [&](const char* head) {
    std::vector<std::string> lines{head};
    lines.insert(lines.end(), body.begin(), body.end());
    lines.push_back("}");
    return lines;
  };
  CHECK(long_blocks(block("void f() {")) == std::vector<std::size_t>{1});
  CHECK(long_blocks(block("struct F {")).empty());
  body.pop_back();
  CHECK(long_blocks(block("void f() {")).empty());
}

}  // namespace functions_test
