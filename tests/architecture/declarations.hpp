// What a header declares for its users, read as text: functions, types and aliases in its
// namespaces, but for those named detail.
// SPDX-License-Identifier: MIT
#pragma once

#include <cctype>

#include "source_tree.hpp"

namespace architecture {

struct Declaration {
  std::string head;  // "template <Operand X> Variable<scalar_of<X>> exp(const X& x)"
  std::string body;  // what stands in its braces, if it has any
};

/// The lines without comments, preprocessor lines, and what stands in quotes.
inline std::string code_without_text(const std::vector<std::string>& lines) {
  std::string code;
  bool continued = false;  // the line belongs to a macro
  for (const auto& line : lines) {
    const auto first = line.find_first_not_of(' ');
    const bool skipped = continued || (first != line.npos && line[first] == '#');
    continued = skipped && line.ends_with('\\');
    if (skipped) continue;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote != 0) {
        if (c == '\\') ++i;
        if (c == quote) quote = 0;
        continue;
      }
      if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
      const bool separates_digits =
          c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
      if (c == '"' || (c == '\'' && !separates_digits)) quote = c;
      code += c;
    }
    code += ' ';
  }
  return code;
}

/// Where the brace that opens at `open` closes.
inline std::size_t closing_brace(const std::string& code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '{') ++depth;
    if (code[i] == '}' && --depth == 0) return i;
  }
  return code.size();
}

/// What stands directly in the namespaces, in order.
inline std::vector<Declaration> declarations_in(const std::string& code) {
  std::vector<Declaration> found;
  std::string head;
  int round = 0;  // a default argument may have braces: `options = {}`
  const auto end_head = [&](std::string body) {
    if (!head.empty()) found.push_back({head, std::move(body)});
    head.clear();
  };
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '(') ++round;
    if (c == ')') --round;
    if (round == 0 && c == '{') {
      const std::size_t close = closing_brace(code, i);
      if (head.starts_with("namespace ") || head.starts_with("inline namespace ")) {
        if (head.find("detail") != head.npos) i = close;
        head.clear();
      } else {
        end_head(code.substr(i + 1, close - i - 1));
        i = close;
      }
    } else if (round == 0 && c == ';') {
      end_head("");
    } else if (round == 0 && c == '}') {  // of a namespace
      head.clear();
    } else if (c != ' ' || (!head.empty() && head.back() != ' ')) {
      head += c;
    }
  }
  return found;
}

/// A head up to its first round bracket, and what follows from there; without what stands in angle
/// brackets and in a requires clause.
struct SplitHead {
  std::string before, from;
};
inline SplitHead split_at_bracket(const std::string& head) {
  std::string before;
  int angle = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (c == '<') ++angle;
    if (c == '>' && i > 0 && head[i - 1] != '-') --angle;
    if (angle > 0 || c == '>') continue;
    if (c == '(' && before.ends_with("requires")) {
      int depth = 0;
      do {
        if (head[i] == '(') ++depth;
        if (head[i] == ')') --depth;
      } while (depth > 0 && ++i < head.size());
      continue;
    }
    if (c == '(') return {before, head.substr(i)};
    before += c;
  }
  return {before, ""};
}

/// The function that a head declares and what it returns: "exp", "Variable<scalar_of<X>>". An
/// operator is "operator+". The name is empty where none is declared, or where a call is refused.
struct Function {
  std::string name, returned;
};
inline Function function_in(const std::string& head) {
  static const std::regex of_operator(R"(\boperator *([^\s\w(]+) *\()"),
      other(R"(\b(concept|using|struct|class|union|enum|static_assert)\b|=)");
  if (head.find("= delete") != head.npos) return {};
  std::smatch match;
  if (std::regex_search(head, match, of_operator))
    return {"operator" + match[1].str(),
            head.substr(0, static_cast<std::size_t>(match.position()))};
  const auto [before, from] = split_at_bracket(head);
  if (from.empty() || std::regex_search(before, other)) return {};
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  std::size_t begin = before.size();
  while (begin > 0 && is_word(before[begin - 1])) --begin;
  const std::string name = before.substr(begin);
  const std::size_t at = head.find(name + from);
  return {name, at == head.npos ? "" : head.substr(0, at)};
}

/// The declarations of a room of the library: those of its headers and of its rooms.
inline std::vector<Declaration> declarations_of_room(const std::string& room) {
  std::vector<Declaration> all;
  for (const auto& [path, header] : library()) {
    if (room_of(path) != room) continue;
    for (auto& one : declarations_in(code_without_text(header.lines)))
      all.push_back(std::move(one));
  }
  return all;
}

/// Every match of a pattern's first group.
inline std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

}  // namespace architecture
