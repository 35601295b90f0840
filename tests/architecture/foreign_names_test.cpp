// No name in a header is a macro of Qt, X11 or Windows: a program may include theirs before ours.
// Those of functions count where arguments follow. What is left is refused in core/machine.hpp in a
// line: min and max, which are std's names, and Apple's check and require.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "declarations.hpp"

namespace foreign_names_test {

using namespace architecture;

namespace {

/// Object-like macros, and function-like ones with a parenthesis.
std::set<std::string> foreign_macros() {
  std::set<std::string> names = {
      "emit",         "signals",    "slots",       "foreach(",     "forever",  // Qt
      "near",         "far",        "small",       "hyper",        "interface",
      "pascal",       "cdecl",      "IN",          "OUT",  // Windows
      "OPTIONAL",     "CONST",      "VOID",        "ERROR",        "DELETE",
      "NO_ERROR",     "STRICT",     "IGNORE",  //
      "INFINITE",     "TRUE",       "FALSE",       "BOOL",         "CALLBACK",
      "THIS",         "PURE",       "TRANSPARENT", "OPAQUE",       "ABSOLUTE",
      "RELATIVE",     "DIFFERENCE", "DOMAIN",      "OVERFLOW",     "UNDERFLOW",
      "RGB(",         "GetObject",  "GetMessage",  "GetClassName", "SendMessage",
      "CreateWindow", "DrawText",   "LoadImage",   "Yield(",       "I",
      "complex",      "major(",     "minor(",  // and C's own headers
  };
  const std::regex definition(R"(#define (\w+\(?).*)");
  std::smatch found;
  for (const auto& line : read_lines(fs::path(ADAFUSE_TEST_DIR) / "consumers/x11_macros.h"))
    if (std::regex_match(line, found, definition)) names.insert(found[1]);
  return names;
}

/// The lines without what stands in raw strings.
std::vector<std::string> without_raw_strings(const std::vector<std::string>& lines) {
  std::vector<std::string> result;
  std::string end;
  for (std::string line : lines) {
    if (!end.empty()) {
      const auto at = line.find(end);
      line = at == line.npos ? "" : "\"\"" + line.substr(at + end.size());
      if (at != line.npos) end.clear();
    }
    for (auto at = line.find("R\""); end.empty() && at != line.npos; at = line.find("R\"")) {
      const auto open = line.find('(', at);
      end = ")" + line.substr(at + 2, open - at - 2) + "\"";
      const auto close = line.find(end, open);
      const std::string rest = close == line.npos ? "" : line.substr(close + end.size());
      line = line.substr(0, at) + "\"\"" + rest;
      if (close != line.npos) end.clear();
    }
    result.push_back(line);
  }
  return result;
}

/// The names in some code that `macros` would replace.
std::set<std::string> replaced(const std::vector<std::string>& lines,
                               const std::set<std::string>& macros) {
  const std::string code = code_without_text(without_raw_strings(lines));
  std::set<std::string> names;
  const auto in_name = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  for (std::size_t i = 0; i < code.size();) {
    if (!in_name(code[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < code.size() && in_name(code[end])) ++end;
    const std::string name = code.substr(i, end - i);
    const auto next = code.find_first_not_of(' ', end);
    const bool called = next != code.npos && code[next] == '(';
    if (macros.contains(name) || (called && macros.contains(name + "("))) names.insert(name);
    i = end;
  }
  return names;
}

}  // namespace

TEST_CASE("foreign names: no header uses a macro of Qt, Windows or X11 as a name") {
  const auto macros = foreign_macros();
  for (const auto& [path, header] : library())
    for (const auto& name : replaced(header.lines, macros))
      FAIL_CHECK(path << " uses " << name << ", which others define");
}

TEST_CASE("foreign names: comments, texts and longer names are no uses") {
  const auto macros = foreign_macros();
  CHECK(macros.contains("None"));
  CHECK(macros.contains("TileShape"));
  const auto uses = [&](const char* line) { return !replaced({line}, macros).empty(); };
  CHECK(uses("int near = 0;"));
  CHECK(uses("emit(x);"));
  CHECK(uses("x = Eigen::Success;"));
  CHECK(uses("foreach (x)"));
  CHECK_FALSE(uses("int foreach = 0;"));
  CHECK_FALSE(uses("int nearest = 0;  // near"));
  CHECK_FALSE(uses("throw Error(\"None of them\");"));
  CHECK_FALSE(uses("auto page = R\"js(emit near None)js\";"));
}

}  // namespace foreign_names_test
