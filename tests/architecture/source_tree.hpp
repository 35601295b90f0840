// The headers of the library, read as text: what each says, and what each includes.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace architecture {

namespace fs = std::filesystem;

struct Include {
  int line;
  std::string target;  // as written: "adafuse/core/shape.hpp", "Eigen/Core", "vector"
};

struct Header {
  std::string path;  // relative to include/: "adafuse/core/shape.hpp"
  std::vector<std::string> lines;
  std::vector<Include> includes;
};

/// "adafuse/core/shape.hpp" lives in "core"; "adafuse/adafuse.hpp" in no room.
inline std::string room_of(const std::string& path) {
  const fs::path room = fs::path(path).parent_path();
  return room == "adafuse" ? "" : room.lexically_relative("adafuse").begin()->string();
}

inline std::vector<std::string> read_lines(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline Header parse(std::string path, std::vector<std::string> lines) {
  static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  Header header{std::move(path), std::move(lines), {}};
  std::smatch match;
  int number = 0;
  for (const auto& line : header.lines) {
    ++number;
    if (std::regex_match(line, match, include)) header.includes.push_back({number, match[1]});
  }
  return header;
}

/// All headers under `folder` (a path in the project), by path relative to `base`.
inline std::map<std::string, Header> headers_under(const std::string& folder,
                                                   const std::string& base) {
  const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();
  std::map<std::string, Header> headers;
  for (const auto& entry : fs::recursive_directory_iterator(project / folder)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".hpp" && extension != ".cpp")) continue;
    const std::string path = entry.path().lexically_relative(project / base).generic_string();
    headers.emplace(path, parse(path, read_lines(entry.path())));
  }
  return headers;
}

/// The library.
inline const std::map<std::string, Header>& library() {
  static const auto headers = headers_under("include", "include");
  return headers;
}

/// Everything that a header reaches through the library's own headers, itself included.
inline std::set<std::string> reach(const std::map<std::string, Header>& headers,
                                   const std::string& start) {
  std::set<std::string> seen;
  std::vector<std::string> waiting{start};
  while (!waiting.empty()) {
    const std::string path = waiting.back();
    waiting.pop_back();
    const auto header = headers.find(path);
    if (header == headers.end() || !seen.insert(path).second) continue;
    for (const auto& include : header->second.includes) waiting.push_back(include.target);
  }
  return seen;
}

}  // namespace architecture
