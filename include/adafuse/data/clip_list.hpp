// List files: which clips there are, how long each is, what it shows.
//
// One clip a line, `path frame_count label [more labels]`. A path may contain spaces: the last two
// words are then frame count and label, and there is one label. Only where all words after the
// first are whole numbers may there be more labels. Empty lines are passed over; there are no
// comments.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/data/list_columns.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// One line of a list file.
struct ClipEntry {
  std::string path;                  ///< relative to the folder of frames
  Index frame_count = 0;             ///< how many frames the folder holds
  std::vector<std::int64_t> labels;  ///< at least one

  friend bool operator==(const ClipEntry&, const ClipEntry&) = default;
};

namespace detail {

/// The lines of a text without their ends, be they Unix or Windows, and without a byte order mark.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  text = without_mark(text);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

inline std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blank = " \t";
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(blank, at)) != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(blank, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Bytes in a path, as the system counts them (PATH_MAX, without the end).
inline constexpr std::size_t longest_path = 4095;

inline std::optional<std::int64_t> whole_number(std::string_view word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

/// What an error adds where a line may have been misread.
inline constexpr const char* other_columns =
    " (read as path count label...; --list-columns says what the columns are)";

/// `where` is the file and the line, for errors.
inline ClipEntry parse_clip(std::string_view line, Index classes, const std::string& where) {
  const auto words = words_of(line);
  std::vector<std::optional<std::int64_t>> numbers(words.size());
  std::transform(words.begin(), words.end(), numbers.begin(), whole_number);
  require<FormatError>(words.size() >= 3 && numbers.back() && numbers[numbers.size() - 2], where,
                       ": expected \"path frame_count label\", got ", io::in_quotes(line));
  const bool one_word_path =
      std::all_of(numbers.begin() + 1, numbers.end(), [](const auto& n) { return n.has_value(); });
  const std::size_t path_words = one_word_path ? 1 : words.size() - 2;

  ClipEntry clip;
  // From the first word's first letter to the last word's last: spaces inside stay as they are.
  const char* path_end = words[path_words - 1].data() + words[path_words - 1].size();
  clip.path.assign(words.front().data(), path_end);
  require<FormatError>(
      clip.path.size() <= longest_path && clip.path.find('\0') == std::string::npos, where, ": ",
      io::in_quotes(clip.path), " is no path of at most ", longest_path, " bytes");
  clip.frame_count = *numbers[path_words];
  // Several numbers may be something else than labels.
  const char* hint = words.size() - path_words > 2 ? other_columns : "";
  require<FormatError>(clip.frame_count >= 1, where, ": expected at least 1 frame, got ",
                       clip.frame_count, hint);
  for (std::size_t i = path_words + 1; i < words.size(); ++i) {
    clip.labels.push_back(*numbers[i]);
    require<FormatError>(0 <= clip.labels.back() && clip.labels.back() < classes, where, ": label ",
                         clip.labels.back(), " is outside of the ", classes, " classes", hint);
  }
  return clip;
}

}  // namespace detail

/// The clips that a list names, in its order; labels are below `classes`. `name` is what errors
/// call the text. Throws FormatError with the line's number.
inline std::vector<ClipEntry> parse_clip_list(std::string_view text, Index classes,
                                              const std::string& name) {
  std::vector<ClipEntry> clips;
  Index number = 0;
  for (const auto line : detail::lines_of(text)) {
    ++number;
    if (!detail::words_of(line).empty())
      clips.push_back(detail::parse_clip(line, classes, concat(name, ":", number)));
  }
  require<FormatError>(!clips.empty(), name, ": expected at least one clip");
  return clips;
}

/// The clips of a list file. Throws IoError, FormatError.
inline std::vector<ClipEntry> read_clip_list(const std::filesystem::path& path, Index classes) {
  return parse_clip_list(io::read_file(path), classes, path.string());
}

/// The names of the classes, one a line: label 0 first. Throws IoError, and FormatError for an
/// empty line among them and for a name that comes twice.
inline std::vector<std::string> read_class_names(const std::filesystem::path& path) {
  const std::string text = io::read_file(path);
  auto lines = detail::lines_of(text);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  require<FormatError>(!lines.empty(), path.string(), ": expected the names of the classes");
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  for (const auto line : lines) {
    const std::string where = concat(path.string(), ":", names.size() + 1);
    require<FormatError>(!line.empty(), where, ": expected a class name, got an empty line");
    names.emplace_back(line);
    require<FormatError>(seen.insert(line).second, where, ": class ", io::in_quotes(line),
                         " comes twice");
  }
  return names;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
