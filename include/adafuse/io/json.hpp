// The door to JSON: values that keep the order of their keys, read strictly, written atomically.
//
// A file comes from anywhere. Its nesting is bounded while it is read, because whoever walks over a
// value afterwards (prints, compares, destroys it) does so recursively; a member is appended
// without a look at those before it, because an object may have a million.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A JSON value whose objects list their members in the order in which they were added.
using Json = nlohmann::ordered_json;

/// Objects and lists in each other; what is nested deeper is refused. Files of ours have 4.
inline constexpr std::size_t deepest_json = 64;

namespace detail {

/// `name:line:column: ` of the byte at `position`, counted from 1.
inline std::string text_position(std::string_view text, std::size_t position,
                                 const std::string& name) {
  const auto before = text.substr(0, std::min(text.size(), position > 0 ? position - 1 : 0));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return concat(name, ":", line, ":", column, ": ");
}

/// The parser's reason, without its own notation for type and place of the error, and with no more
/// of `token`, the text that it stopped at, than an error shows.
inline std::string parse_reason(std::string what, const std::string& token = {}) {
  const auto place = what.find(", column ");
  const auto colon = what.find(": ", place == std::string::npos ? 0 : place);
  if (colon != std::string::npos) what.erase(0, colon + 2);
  if (const auto quoted = what.find('\'' + token + '\''); quoted != std::string::npos)
    what.replace(quoted, token.size() + 2, in_quotes(token));
  return what;
}

/// What the parser tells of a text, piece by piece, made into a value.
class JsonBuilder {
 public:
  JsonBuilder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Json take() { return std::move(root_); }

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(std::int64_t value) { return put(value); }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  bool number_float(double value, const std::string&) { return put(value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // no text form has it

  bool start_object(std::size_t) {
    open(Json::object());
    keys_.emplace_back();
    return true;
  }
  bool key(std::string& key) {
    require<FormatError>(keys_.back().insert(key).second, name_, ": key ", in_quotes(key),
                         " appears twice in one object");
    // The container's own insertion would look at each key before this one.
    auto& members = open_.back()->get_ref<Json::object_t&>();
    members.emplace_back(std::move(key), nullptr);
    member_ = &members.back().second;
    return true;
  }
  bool end_object() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }
  bool start_array(std::size_t) {
    open(Json::array());
    return true;
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token, const Json::exception& error) {
    throw FormatError(text_position(text_, position, name_) + parse_reason(error.what(), token));
  }

 private:
  /// Where the value that comes next belongs.
  Json& place() {
    if (open_.empty()) return root_;
    return open_.back()->is_array() ? open_.back()->emplace_back() : *member_;
  }
  bool put(Json value) {
    place() = std::move(value);
    return true;
  }
  void open(Json value) {
    require<FormatError>(open_.size() < deepest_json, name_, ": nested more than ", deepest_json,
                         " deep");
    Json& opened = place();
    opened = std::move(value);
    open_.push_back(&opened);
  }

  std::string_view text_;
  const std::string& name_;
  Json root_;
  std::vector<Json*> open_;  // objects and lists that have not ended, outermost first
  Json* member_ = nullptr;   // of the innermost object, the one whose key came last
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open
};

}  // namespace detail

/// Parses one JSON value. `name` is what errors call the text. Throws FormatError, with line and
/// column, for what is not JSON; and for an object with the same key twice, and for objects and
/// lists that are nested more than `deepest_json` deep.
inline Json parse_json(std::string_view text, const std::string& name) {
  detail::JsonBuilder builder(text, name);
  // What Json::sax_parse calls for a text; that would compile five binary formats besides.
  const auto input = [&] { return nlohmann::detail::input_adapter(text.begin(), text.end()); };
  nlohmann::detail::parser<Json, decltype(input())>(input()).sax_parse(&builder);
  return builder.take();
}

/// The JSON value in a file. Throws IoError, FormatError.
inline Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

/// A value as errors quote it: on one line, and no more than a hundred bytes of it.
inline std::string json_quote(const Json& value) {
  return detail::escape(value.dump(-1, ' ', false, Json::error_handler_t::replace), longest_quote,
                        false);
}

/// The value as text; `indent` spaces a level, or on one line when it is negative. Throws
/// ValueError for text that is not UTF-8.
inline std::string json_text(const Json& value, int indent = 2) {
  try {
    return value.dump(indent);
  } catch (const Json::exception&) {  // the library's own words quote the text
    throw ValueError("json: expected UTF-8 text");
  }
}

/// Makes the file hold this value, or leaves it as it was. Throws IoError, ValueError.
inline void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(path, json_text(value) + "\n");
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
