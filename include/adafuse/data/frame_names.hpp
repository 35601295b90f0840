// How the frames of a clip are named: a number between a prefix and a suffix, as printf writes it,
// `img_%05d.jpg`; and the frames of a folder, found by their names.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/data/natural_order.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The names of the frames of a clip, by their numbers.
struct FrameNames {
  std::string prefix;           ///< before the number
  Index digits = 5;             ///< at least so many, with zeros in front
  std::string suffix = ".jpg";  ///< behind the number

  /// The name of the frame of this number.
  std::string operator()(Index number) const {
    const std::string text = std::to_string(number);
    const auto least = static_cast<std::size_t>(digits);
    return prefix + std::string(text.size() < least ? least - text.size() : 0, '0') + text + suffix;
  }
  friend bool operator==(const FrameNames&, const FrameNames&) = default;
};

/// The names that `text` describes: one %d or %0Nd, N up to 9, anywhere in it. Throws ValueError.
inline FrameNames parse_frame_names(std::string_view text) {
  const auto expected = [&](bool ok) {
    require<ValueError>(ok, "--name-template: expects one number as printf writes it, as in ",
                        "img_%05d.jpg, got ", io::in_quotes(text));
  };
  const auto at = text.find('%');
  expected(at != std::string_view::npos && text.find('/') == std::string_view::npos);
  FrameNames names;
  names.prefix = text.substr(0, at);
  names.digits = 1;
  auto rest = text.substr(at + 1);
  if (rest.size() >= 2 && rest[0] == '0' && '1' <= rest[1] && rest[1] <= '9') {
    names.digits = rest[1] - '0';
    rest.remove_prefix(2);
  }
  expected(rest.starts_with('d'));
  names.suffix = rest.substr(1);
  expected(names.suffix.find('%') == std::string::npos);
  return names;
}

/// Frames that are there, one number after the other.
struct FrameRun {
  FrameNames names;  ///< how the files are called
  /// The first number, and how many there are.
  Index first = 1, count = 0;
};

namespace detail {

/// Whether a name ends as pictures that can be read do.
inline bool is_picture_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> endings{".jpg", ".jpeg", ".png", ".bmp", ".webp"};
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || name.starts_with('.')) return false;  // ._00001.jpg too
  std::string ending(name.substr(dot));
  for (char& c : ending)
    if ('A' <= c && c <= 'Z') c = static_cast<char>(c + 32);
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// The names of what is in a directory, in any order. Throws IoError.
inline std::vector<std::string> file_names(const std::filesystem::path& dir) {
  std::error_code error;
  std::vector<std::string> names;
  const std::filesystem::directory_iterator entries(dir, error);
  require<IoError>(!error, dir.string(), ": expected a folder of frames: ", error.message());
  for (const auto& entry : entries) names.push_back(entry.path().filename().string());
  return names;
}

/// The pictures in a directory, in natural order. Throws IoError.
inline std::vector<std::string> picture_names(const std::filesystem::path& dir) {
  auto names = file_names(dir);
  std::erase_if(names, [](const std::string& name) { return !is_picture_name(name); });
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

/// A name taken apart at its last number.
struct NumberedName {
  std::string prefix, suffix;
  Index number = 0;
  Index width = 0;  ///< digits, with zeros in front
  bool padded = false;
};

/// Nothing where a name has no number.
inline std::optional<NumberedName> numbered(std::string_view name) {
  auto end = name.rfind('.');
  if (end == std::string_view::npos) end = name.size();
  while (end > 0 && !is_digit(name[end - 1])) --end;
  auto begin = end;
  while (begin > 0 && is_digit(name[begin - 1])) --begin;
  NumberedName parts;
  const auto [stop, error] = std::from_chars(name.data() + begin, name.data() + end, parts.number);
  if (begin == end || error != std::errc()) return std::nullopt;
  parts.prefix = name.substr(0, begin);
  parts.suffix = name.substr(end);
  parts.width = static_cast<Index>(end - begin);
  parts.padded = name[begin] == '0' && parts.width > 1;
  return parts;
}

/// Frames of one name in a folder, by rising number.
struct FoundFrames {
  FrameNames names;
  std::vector<Index> numbers;
};

/// The files of these names; they are the only ones that count.
inline FoundFrames frames_of_names(const std::filesystem::path& dir, const FrameNames& names) {
  FoundFrames found{names, {}};
  for (const auto& name : file_names(dir)) {
    if (name.size() <= names.prefix.size() + names.suffix.size() ||
        !name.starts_with(names.prefix) || !name.ends_with(names.suffix))
      continue;
    Index number = 0;
    const char* begin = name.data() + names.prefix.size();
    const char* end = name.data() + name.size() - names.suffix.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error == std::errc() && stop == end && names(number) == name)
      found.numbers.push_back(number);
  }
  require<IoError>(!found.numbers.empty(), dir.string(), ": holds no frames ", names(1), ", ",
                   names(2), ", ...");
  std::sort(found.numbers.begin(), found.numbers.end());
  return found;
}

/// The pictures in a folder, which must all have names of one kind.
inline FoundFrames frames_of_one_kind(const std::filesystem::path& dir) {
  const std::string folder = dir.string();
  const auto pictures = picture_names(dir);
  require<IoError>(!pictures.empty(), folder,
                   ": holds no frames 00001.jpg, 00002.jpg, ... (jpg, jpeg, png, bmp, webp)");
  std::vector<NumberedName> all;
  for (const auto& name : pictures) {
    const auto parts = numbered(name);
    require<IoError>(parts.has_value(), folder, ": ", io::in_quotes(name),
                     " has no number that tells its place");
    require<IoError>(
        all.empty() || (parts->prefix == all[0].prefix && parts->suffix == all[0].suffix), folder,
        ": holds frames of several names, ", io::in_quotes(pictures[0]), " and ",
        io::in_quotes(name), "; a template (--name-template) says which are meant");
    all.push_back(*parts);
  }
  FoundFrames found{{all[0].prefix, 1, all[0].suffix}, {}};
  for (const auto& parts : all)
    if (parts.padded) found.names.digits = std::max(found.names.digits, parts.width);
  for (std::size_t i = 0; i < all.size(); ++i) {
    require<IoError>(found.names(all[i].number) == pictures[i], folder, ": ",
                     io::in_quotes(pictures[i]), " should be ",
                     io::in_quotes(found.names(all[i].number)), ", as other frames are numbered");
    found.numbers.push_back(all[i].number);
  }
  std::sort(found.numbers.begin(), found.numbers.end());
  return found;
}

/// The frames of a clip among those that were found in its folder.
inline FrameRun run_of(const std::filesystem::path& dir, const FoundFrames& found,
                       std::optional<Index> first, std::optional<Index> count) {
  const auto& numbers = found.numbers;
  const auto path = [&](Index number) { return (dir / found.names(number)).string(); };
  require<IoError>(first || numbers.front() <= 1, path(1), ": is missing: frames begin with ",
                   numbers.front(), " (--first-frame ", numbers.front(), " takes them so)");
  FrameRun run{found.names, first.value_or(numbers.front()), 0};
  auto at = std::lower_bound(numbers.begin(), numbers.end(), run.first);
  for (; at != numbers.end() && *at == run.first + run.count && run.count != count; ++at)
    ++run.count;
  const bool enough = count ? run.count == *count : at == numbers.end() && run.count > 0;
  require<IoError>(enough, path(run.first + run.count), ": is missing; ",
                   count
                       ? concat("the list asks for ", *count, " frames from ", run.names(run.first))
                       : concat("frames go on to ", found.names(numbers.back())));
  return run;
}

}  // namespace detail

/// The frames in a folder, numbered without a hole: those of `names`, or its pictures, whatever
/// they are called. The numbers begin with `first`, or with 0 or 1. With a `count` only so many
/// have to be there, and are taken. Throws IoError, naming the file, for a hole and for what is no
/// such sequence.
inline FrameRun find_frames(const std::filesystem::path& dir,
                            const std::optional<FrameNames>& names = {},
                            std::optional<Index> first = {}, std::optional<Index> count = {}) {
  const auto found = names ? detail::frames_of_names(dir, *names) : detail::frames_of_one_kind(dir);
  return detail::run_of(dir, found, first, count);
}

/// The pictures of a directory in natural order, whatever number is the first. Unless holes are
/// allowed, or no name has a number, they are of one name and numbered without a hole. Throws
/// IoError.
inline std::vector<std::filesystem::path> pictures_in_order(const std::filesystem::path& dir,
                                                            bool allow_holes = false) {
  const auto names = detail::picture_names(dir);
  const bool numbered = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return detail::numbered(name).has_value();
  });
  if (names.empty() || (numbered && !allow_holes)) {
    const auto found = detail::frames_of_one_kind(dir);
    detail::run_of(dir, found, found.numbers.front(), {});
  }
  std::vector<std::filesystem::path> files;
  for (const auto& name : names) files.push_back(dir / name);
  return files;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
