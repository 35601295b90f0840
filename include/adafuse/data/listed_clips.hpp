// Lists of clips as the field writes them: text with columns, CSV, and Something-Something's JSON.
//
//   a/b 37 4                          path count label (TSN, TSM, AdaFuse, mmaction2)
//   a/b,37,4                          the same as CSV
//   100218;Swiping Left               path;label (Something-Something V1, Jester)
//   label,youtube_id,time_start,...   a head that names the columns (Kinetics)
//   [{"id": "78687", "template": "Holding [something]"}, ...]   (Something-Something V2)
//
// A label is a number or a class's name. A field of several, a column `labels`, has them apart by
// semicolons, without one by commas; numbers by blanks too. Where no count is given, all frames of
// the folder count.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/list_columns.hpp>
#include <adafuse/io/json.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// A clip as a list has it.
struct ListedClip {
  std::string where;  ///< file and line, for errors
  std::string path;   ///< of the clip, as the list writes it
  /// Its first frame's number, the frames that are passed over, and how many follow.
  std::optional<Index> start{}, offset{}, count{};
  std::vector<std::string> labels;  ///< numbers or names, at least one
};

/// A list, read but not yet understood: what its labels are, the class names tell.
struct ClipTable {
  std::vector<ListedClip> clips;  ///< in the order of the lines
  bool guessed = false;  ///< The columns are a guess that the frames on disk have to confirm.
};

namespace detail {

inline std::optional<Index> frame_number(const std::string& field, Index least,
                                         const ListedClip& clip, Column column) {
  const auto number = whole_number(field);
  require<FormatError>(number && *number >= least, clip.where, ": ",
                       column_words[static_cast<std::size_t>(column)],
                       ": expected a whole number from ", least, ", got ", io::in_quotes(field),
                       " (--list-columns says what the columns are)");
  return *number;
}

/// The labels in one field of several. A label that is empty is left to the caller.
inline std::vector<std::string> labels_in_field(const std::string& field) {
  const auto words = words_of(field);
  if (words.size() > 1 && std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return whole_number(word).has_value();
      }))
    return {words.begin(), words.end()};
  auto labels = csv_fields(field, field.find(';') != std::string::npos ? ';' : ',');
  for (auto& label : labels) {
    const auto first = label.find_first_not_of(" \t"), last = label.find_last_not_of(" \t");
    label = first == std::string::npos ? "" : label.substr(first, last + 1 - first);
  }
  return labels;
}

/// Fields in the order of `columns`, one for each; further ones are labels.
inline ListedClip clip_of_fields(const std::vector<std::string>& fields, const ListColumns& columns,
                                 const std::string& where) {
  ListedClip clip{.where = where, .path = {}, .labels = {}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Column column = i < columns.size() ? columns[i] : Column::labels;
    switch (column) {
      case Column::path:
        clip.path = fields[i];
        break;
      case Column::start:
        clip.start = frame_number(fields[i], 0, clip, column);
        break;
      case Column::offset:
        clip.offset = frame_number(fields[i], 0, clip, column);
        break;
      case Column::count:
        clip.count = frame_number(fields[i], 1, clip, column);
        break;
      case Column::label:
      case Column::labels:
        require<FormatError>(!fields[i].empty(), where, ": expected a label, got an empty field");
        clip.labels.push_back(fields[i]);
        break;
      case Column::set:
        clip.labels = labels_in_field(fields[i]);
        require<FormatError>(
            std::find(clip.labels.begin(), clip.labels.end(), "") == clip.labels.end(), where,
            ": expected labels as in 3;7, got ", io::in_quotes(fields[i]));
        break;
      case Column::none:
        break;
    }
  }
  require<FormatError>(!clip.path.empty() && clip.path.size() <= longest_path &&
                           clip.path.find('\0') == std::string::npos,
                       where, ": ", io::in_quotes(clip.path), " is no path of 1 to ", longest_path,
                       " bytes");
  return clip;
}

/// A line of words: where there are more than columns, the path has spaces, or the last column is
/// all labels.
inline ListedClip clip_of_words(std::string_view line, const ListColumns& columns,
                                const std::string& where) {
  const auto words = words_of(line);
  require<FormatError>(words.size() >= columns.size(), where, ": expected ", to_string(columns),
                       ", got ", io::in_quotes(line));
  const std::size_t more = columns.back() == Column::labels ? 0 : words.size() - columns.size();
  std::vector<std::string> fields;
  for (std::size_t i = 0, word = 0; word < words.size(); ++i, ++word) {
    const auto first = words[word];
    if (i < columns.size() && columns[i] == Column::path) word += more;
    // Spaces inside of a path stay as they are.
    const auto last = words[word];
    fields.emplace_back(first.data(), last.data() + last.size());
  }
  return clip_of_fields(fields, columns, where);
}

/// The columns that the head of a CSV file names, or none when its first line is no head.
inline ListColumns columns_of_head(const std::vector<std::string>& head) {
  static constexpr std::pair<std::string_view, Column> known[] = {
      {"path", Column::path},        {"id", Column::path},         {"video", Column::path},
      {"clip", Column::path},        {"youtube_id", Column::path}, {"start", Column::start},
      {"offset", Column::offset},    {"count", Column::count},     {"frames", Column::count},
      {"num_frames", Column::count}, {"label", Column::label},     {"class", Column::label},
      {"labels", Column::set}};
  ListColumns columns;
  for (const auto& name : head) {
    Column column = Column::none;
    for (const auto& [word, meaning] : known)
      if (name == word) column = meaning;
    columns.push_back(column);
  }
  const auto once = [&](Column column) {
    return std::count(columns.begin(), columns.end(), column) == 1;
  };
  const bool labelled = once(Column::label) != once(Column::set);
  return once(Column::path) && labelled ? columns : ListColumns{};
}

/// Kinetics' folders are called after the video and the seconds that were cut out.
inline void name_after_seconds(const std::vector<std::string>& head,
                               const std::vector<std::string>& fields, ListedClip& clip) {
  const auto place = [&](const char* name) {
    return static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  };
  if (std::max({place("youtube_id"), place("time_start"), place("time_end")}) >= head.size())
    return;
  for (const char* name : {"time_start", "time_end"}) {
    const auto seconds = whole_number(fields[place(name)]);
    require<FormatError>(seconds && *seconds >= 0, clip.where, ": ", name,
                         ": expected whole seconds, got ", io::in_quotes(fields[place(name)]));
    const std::string digits = std::to_string(*seconds);
    clip.path += "_" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
  }
}

/// Whether a line of CSV has the fields that the columns ask for.
inline bool fits(const std::vector<std::string>& fields, const ListColumns& columns) {
  return columns.back() == Column::labels ? fields.size() >= columns.size()
                                          : fields.size() == columns.size();
}

/// What parts the fields of a CSV file: the semicolon where its first line has one, unless that
/// makes neither the columns given nor a head, and the comma does.
inline char separator_of(std::string_view line, const std::optional<ListColumns>& given) {
  const auto reads = [&](char separator) {
    const auto fields = csv_fields(line, separator);
    return !columns_of_head(fields).empty() || (given && fits(fields, *given));
  };
  if (line.find(';') == std::string_view::npos) return ',';
  return reads(',') && !reads(';') ? ',' : ';';
}

inline ClipTable table_of_csv(std::string_view text, const std::optional<ListColumns>& given,
                              const std::string& name) {
  const auto lines = lines_of(text);
  const char separator = lines.empty() ? ',' : separator_of(lines[0], given);
  std::vector<std::string> head;
  ListColumns columns = given.value_or(ListColumns{});
  ClipTable table;
  table.guessed = !given;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (words_of(lines[i]).empty()) continue;
    const auto fields = csv_fields(lines[i], separator);
    const std::string where = concat(name, ":", i + 1);
    if (const auto named = columns_of_head(fields); i == 0 && !named.empty()) {
      if (!given) head = fields, columns = named, table.guessed = false;
      continue;
    }
    if (columns.empty() && fields.size() == 2)
      columns = {Column::path, Column::label}, table.guessed = false;
    if (columns.empty()) columns = {Column::path, Column::count, Column::labels};
    require<FormatError>(fits(fields, columns), where, ": expected ", to_string(columns), ", got ",
                         io::in_quotes(lines[i]));
    table.clips.push_back(clip_of_fields(fields, columns, where));
    name_after_seconds(head, fields, table.clips.back());
  }
  return table;
}

/// Something-Something V2's: the class is the template without its brackets.
inline ClipTable table_of_json(const std::filesystem::path& path) {
  const auto json = io::read_json(path);
  const std::string expected =
      concat(path.string(), ": expected clips, [{\"id\": \"1\", \"template\": \"...\"}, ...]");
  require<FormatError>(json.is_array(), expected);
  ClipTable table;
  for (const auto& row : json) {
    const auto word = [&](const char* key) {
      const auto found = row.is_object() ? row.find(key) : row.end();
      if (found == row.end()) return std::string();
      return found->is_string() ? found->template get<std::string>() : found->dump();
    };
    const auto id = word("id");
    auto label = word("template").empty() ? word("label") : word("template");
    std::erase_if(label, [](char c) { return c == '[' || c == ']'; });
    const std::string where = concat(path.string(), ": clip ", table.clips.size() + 1);
    require<FormatError>(!id.empty() && !label.empty(), where,
                         ": expected \"id\" and \"template\" or \"label\"");
    table.clips.push_back(clip_of_fields({id, label}, {Column::path, Column::label}, where));
  }
  return table;
}

inline ClipTable table_of_text(std::string_view text, const std::optional<ListColumns>& columns,
                               Index classes, const std::string& name) {
  ClipTable table;
  table.guessed = !columns;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (words_of(lines[i]).empty()) continue;
    const std::string where = concat(name, ":", i + 1);
    if (columns) {
      table.clips.push_back(clip_of_words(lines[i], *columns, where));
      continue;
    }
    auto clip = parse_clip(lines[i], classes, where);
    table.clips.push_back({.where = where, .path = std::move(clip.path), .labels = {}});
    table.clips.back().count = clip.frame_count;
    for (const auto label : clip.labels) table.clips.back().labels.push_back(std::to_string(label));
  }
  return table;
}

}  // namespace detail

/// The clips of a list, by its form; without `columns` those of text are path count label... .
/// `classes` is how many there are, for labels of lists that are read so. Throws IoError,
/// FormatError.
inline ClipTable read_clip_table(const std::filesystem::path& path,
                                 const std::optional<ListColumns>& columns, Index classes) {
  ClipTable table;
  if (path.extension() == ".json") {
    require<ValueError>(!columns, "--list-columns has no effect on ", path.string());
    table = detail::table_of_json(path);
  } else {
    const std::string text = io::read_file(path);
    table = path.extension() == ".csv"
                ? detail::table_of_csv(text, columns, path.string())
                : detail::table_of_text(text, columns, classes, path.string());
  }
  require<FormatError>(!table.clips.empty(), path.string(), ": expected at least one clip");
  return table;
}

/// The labels of a clip as numbers below the number of classes, each once. What is a number counts
/// as one, whatever the classes are called. Throws FormatError.
inline std::vector<std::int64_t> labels_of(const ListedClip& clip,
                                           const std::map<std::string, std::int64_t>& classes) {
  std::vector<std::int64_t> labels;
  for (const auto& label : clip.labels) {
    const auto named = classes.find(label);
    const auto number = detail::whole_number(label);
    require<FormatError>(number || named != classes.end(), clip.where, ": class ",
                         io::in_quotes(label), " is not among the class names");
    const std::int64_t own = number ? *number : named->second;
    require<FormatError>(0 <= own && own < std::ssize(classes), clip.where, ": label ", own,
                         " is outside of the ", classes.size(), " classes");
    if (std::find(labels.begin(), labels.end(), own) == labels.end()) labels.push_back(own);
  }
  return labels;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
