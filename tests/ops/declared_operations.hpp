// Which operations there are: those that the headers declare, and those that docs/ops.md names.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace declared {

inline const std::filesystem::path project = std::filesystem::path(ADAFUSE_TEST_DIR) / "..";

/// Adds what `pattern` captures in `text`.
inline void add_found(const std::string& text, const char* pattern, std::set<std::string>& found) {
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.insert((*match)[1]);
}

/// Without what is in a namespace detail.
inline std::string public_part(std::string text) {
  for (auto begin = text.find("namespace detail {"); begin != std::string::npos;
       begin = text.find("namespace detail {"))
    text.erase(begin, text.find("}  // namespace detail", begin) - begin);
  return text;
}

/// What `pattern` captures in the headers of a room.
inline std::set<std::string> found_in_room(const std::string& room, const char* pattern,
                                           bool public_only = false) {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(project / "include/adafuse" / room)) {
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    add_found(public_only ? public_part(text) : text, pattern, found);
  }
  return found;
}

/// The same of all rooms that hold operations.
inline std::set<std::string> found_in_headers(const char* pattern) {
  std::set<std::string> found;
  for (const char* room : {"ops", "video", "fusion"}) found.merge(found_in_room(room, pattern));
  return found;
}

/// The functions that return variables.
inline std::set<std::string> declared_operations() {
  return found_in_headers(R"(\nVariable<scalar_of<[\w, ]+>> (\w+)\()");
}

/// The functions of ops/ that return tensors, which have no history.
inline std::set<std::string> declared_without_gradient() {
  return found_in_room("ops", R"(\n(?:inline )?Tensor<[\w:<>]+> (\w+)\()", true);
}

/// The names before a bracket in the first column of a table, "| `a + b`, `add(a, b)` | ...": those
/// of the rows that say "no gradient" in the column of gradients, or all others.
inline std::set<std::string> documented_operations(bool with_gradient) {
  std::set<std::string> found;
  std::ifstream in(project / "docs/ops.md");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| `") &&
        (line.find("| no gradient |") == std::string::npos) == with_gradient)
      add_found(line.substr(0, line.find(" | ")), R"(`(\w+)\()", found);
  return found;
}

}  // namespace declared
