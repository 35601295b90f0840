// The door to JSON: values that keep the order of their keys, read strictly, written atomically.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/io/file.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A JSON value whose objects list their members in the order in which they were added.
using Json = nlohmann::ordered_json;

namespace detail {

/// `name:line:column: ` of the byte at `position`, counted from 1.
inline std::string text_position(std::string_view text, std::size_t position,
                                 const std::string& name) {
  const auto before = text.substr(0, std::min(text.size(), position > 0 ? position - 1 : 0));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return concat(name, ":", line, ":", column, ": ");
}

/// The parser's reason, without its own notation for type and place of the error.
inline std::string parse_reason(std::string what) {
  const auto place = what.find(", column ");
  const auto colon = what.find(": ", place == std::string::npos ? 0 : place);
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

}  // namespace detail

/// Parses one JSON value. `name` is what errors call the text. Throws FormatError, with line and
/// column, for what is not JSON, and for an object with the same key twice.
inline Json parse_json(std::string_view text, const std::string& name) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open here
  const Json::parser_callback_t refuse_duplicates = [&](int, Json::parse_event_t event,
                                                        Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      require<FormatError>(keys.back().insert(key).second, name, ": key \"", key,
                           "\" appears twice in one object");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), refuse_duplicates);
  } catch (const Json::parse_error& error) {
    throw FormatError(detail::text_position(text, error.byte, name) +
                      detail::parse_reason(error.what()));
  } catch (const Json::exception& error) {  // a number that no double holds
    throw FormatError(name + ": " + error.what());
  }
}

/// The JSON value in a file. Throws IoError, FormatError.
inline Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

/// The value as text; `indent` spaces a level, or on one line when it is negative. Throws
/// ValueError for text that is not UTF-8.
inline std::string json_text(const Json& value, int indent = 2) {
  try {
    return value.dump(indent);
  } catch (const Json::exception& error) {
    throw ValueError(std::string("json: expected UTF-8 text: ") + error.what());
  }
}

/// Makes the file hold this value, or leaves it as it was. Throws IoError, ValueError.
inline void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(path, json_text(value) + "\n");
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
