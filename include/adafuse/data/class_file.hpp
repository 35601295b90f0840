// Files of class names as the field has them: a name a line, numbered or not, or a JSON object.
//
//   swipe left          one a line, the first is label 0 (category.txt, Jester's labels.csv)
//   1 ApplyEyeMakeup    numbered from 0 or 1 on every line, a space, tab or comma between
//   0,ApplyEyeMakeup    (classInd.txt)
//   {"Holding something": "0", ...}   Something-Something V2
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/list_columns.hpp>
#include <adafuse/io/json.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

/// The names in the order of their numbers, when these are 0, 1, ... or 1, 2, ..., each once.
inline std::optional<std::vector<std::string>> by_number(
    const std::map<std::int64_t, std::string>& numbered, std::size_t count) {
  if (numbered.size() != count || count == 0) return std::nullopt;
  const auto first = numbered.begin()->first, last = numbered.rbegin()->first;
  if ((first != 0 && first != 1) || last - first + 1 != static_cast<Index>(count))
    return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [number, name] : numbered) names.push_back(name);
  return names;
}

/// Names without the numbers that every line begins with; the same names where it is not so.
inline std::vector<std::string> without_numbers(std::vector<std::string> names) {
  std::map<std::int64_t, std::string> numbered;
  for (const auto& line : names) {
    const std::string_view text = line;
    const auto end = std::min(text.find_first_of(" \t,"), text.size());
    const auto begin = std::min(text.find_first_not_of(" \t,", end), text.size());
    const auto number = whole_number(text.substr(0, end));
    if (!number || begin == text.size()) return names;
    numbered.emplace(*number, text.substr(begin));
  }
  return by_number(numbered, names.size()).value_or(std::move(names));
}

inline std::vector<std::string> class_names_of_json(const std::filesystem::path& path) {
  const auto json = io::read_json(path);
  const std::string expected =
      concat(path.string(), ": expected class names with their numbers, {\"name\": \"0\", ...}");
  require<FormatError>(json.is_object() && !json.empty(), expected);
  std::map<std::int64_t, std::string> numbered;
  for (const auto& [name, value] : json.items()) {
    const auto number = value.is_string() ? whole_number(value.template get<std::string>())
                        : value.is_number_integer()
                            ? std::optional(value.template get<std::int64_t>())
                            : std::nullopt;
    require<FormatError>(number.has_value(), expected, ", got ", io::in_quotes(name));
    numbered.emplace(*number, name);
  }
  auto names = by_number(numbered, json.size());
  require<FormatError>(names.has_value(), expected, ", numbered from 0 or 1, each once");
  return *names;
}

}  // namespace detail

/// The class names in a file of any of these forms, label 0 first. Throws IoError, FormatError.
inline std::vector<std::string> read_class_file(const std::filesystem::path& path) {
  auto names = path.extension() == ".json" ? detail::class_names_of_json(path)
                                           : detail::without_numbers(read_class_names(path));
  const std::set<std::string_view> once(names.begin(), names.end());
  require<FormatError>(once.size() == names.size(), path.string(), ": a class comes twice");
  return names;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
