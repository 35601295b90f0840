// What the columns of a list mean, and its lines taken apart into them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What a column of a list says.
enum class Column {
  path,    ///< the folder of the clip's frames
  start,   ///< the number of its first frame
  offset,  ///< how many frames of the folder come before it
  count,   ///< how many frames it has
  label,   ///< the number of its class, or its name
  labels,  ///< one label or more, to the end of the line
  set,     ///< one label or more in one field: 3,7 or 3;7 or numbers apart by blanks
  none,    ///< passed over
};
inline constexpr std::string_view column_words[] = {"path",  "start",    "offset", "count",
                                                    "label", "label...", "labels", "-"};

/// The columns of a list, from the left.
using ListColumns = std::vector<Column>;

/// The columns that `text` names, as "path,start,count,label". Throws ValueError.
inline ListColumns parse_list_columns(std::string_view text) {
  constexpr const char* expects =
      "--list-columns: expects path and label, label... or labels, and start, offset, count or - "
      "where there are, as in path,start,count,label; got ";
  ListColumns columns;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    const auto* found =
        std::find(std::begin(column_words), std::end(column_words), rest.substr(0, comma));
    require<ValueError>(found != std::end(column_words), expects, io::in_quotes(text));
    columns.push_back(static_cast<Column>(found - std::begin(column_words)));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  const auto times = [&](Column column) {
    return std::count(columns.begin(), columns.end(), column);
  };
  const bool one_start = times(Column::start) + times(Column::offset) <= 1;
  const bool one_label = times(Column::label) + times(Column::labels) + times(Column::set) == 1;
  const bool labels_last = times(Column::labels) == 0 || columns.back() == Column::labels;
  require<ValueError>(times(Column::path) == 1 && one_start && one_label && labels_last &&
                          times(Column::count) <= 1,
                      expects, io::in_quotes(text));
  return columns;
}

/// The columns as they are written.
inline std::string to_string(const ListColumns& columns) {
  std::string text;
  for (const Column column : columns)
    text.append(text.empty() ? "" : ",").append(column_words[static_cast<std::size_t>(column)]);
  return text;
}

namespace detail {

/// The fields of a line of CSV; one in quotes may hold separators, and quotes twice.
inline std::vector<std::string> csv_fields(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[i++];
    else if (c == '"' && (quoted || fields.back().empty()))
      quoted = !quoted;
    else if (c == separator && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

/// A text without the byte order mark that Windows' editors begin it with.
inline std::string_view without_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

}  // namespace detail

}  // namespace adafuse::data::inline ADAFUSE_SIMD
