// Lists whose clips are films: `a/1.mp4 37 4` as `adafuse data list` writes them, or a name without
// its ending, as the ids of Something-Something V2 and Kinetics are.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/film_clip.hpp>
#include <adafuse/data/list_dataset.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// One list. Where a line says how many frames a film has, the film has to agree once it is open.
struct FilmList {
  std::vector<FilmClip> films;    ///< one for each line
  std::vector<ListedClip> lines;  ///< as they were read
};

/// Both lists and the classes.
struct FilmLists {
  /// Of each half.
  FilmList train, val;
  std::vector<std::string> classes;  ///< names, by label
};

namespace detail {

/// Finds films by what lists call them. Films of one data set mostly have the same ending: it is
/// tried first.
class FilmFinder {
 public:
  /// The film of a clip below `root`, or in the folder of its class there; empty: there is none.
  std::filesystem::path find(const ListedClip& clip, const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    std::string joined = clip.labels.front();
    for (char& c : joined)
      if (c == ' ') c = '_';
    const fs::path below[] = {root / clip.path, root / clip.labels.front() / clip.path,
                              root / joined / clip.path};
    for (const auto& path : below) {
      std::error_code error;
      if (is_film_name(path) && fs::is_regular_file(path, error)) return path;
      for (const auto& ending : {ending_, std::string(".mp4"), std::string(".webm"),
                                 std::string(".mkv"), std::string(".avi"), std::string(".mov")})
        if (fs::path film = path.string() + ending; fs::is_regular_file(film, error)) {
          ending_ = ending;
          return film;
        }
    }
    return {};
  }

 private:
  std::string ending_ = ".webm";
};

inline FilmList films_on_disk(ClipTable table, const std::vector<std::string>& classes,
                              const std::filesystem::path& root) {
  std::map<std::string, std::int64_t> numbers;
  for (const auto& name : classes) numbers.emplace(name, std::ssize(numbers));
  FilmList list;
  FilmFinder finder;
  for (auto& line : table.clips) {
    require<FormatError>(!line.start && !line.offset, line.where, ": ", io::in_quotes(line.path),
                         " is a film, which is taken whole: no column start or offset");
    auto film = finder.find(line, root);
    require<IoError>(!film.empty(), line.where, ": there is no film ", io::in_quotes(line.path),
                     " in ", root.string());
    auto labels = labels_of(line, numbers);
    list.films.push_back({line.path, std::move(film), std::move(labels)});
    list.lines.push_back(std::move(line));
  }
  return list;
}

}  // namespace detail

/// The films of both lists, found below one of `files.frames_roots`; nothing where the first clip
/// is no film there, or is a folder of frames. Throws IoError, FormatError, ValueError, naming file
/// and line.
inline std::optional<FilmLists> read_film_lists(const ListFiles& files,
                                                const DatasetOptions& options) {
  FilmLists lists;
  lists.classes = files.classes.empty() ? detail::named_classes(files.train, options)
                                        : read_class_file(files.classes);
  const auto count = std::ssize(lists.classes);
  auto train = read_clip_table(files.train, options.columns, count);
  std::filesystem::path root;
  for (const auto& each : files.frames_roots) {
    std::error_code error;
    if (std::filesystem::is_directory(detail::folder_of(train.clips.front(), each), error))
      return std::nullopt;
    if (root.empty() && !detail::FilmFinder().find(train.clips.front(), each).empty()) root = each;
  }
  if (root.empty()) return std::nullopt;
  auto val = read_clip_table(files.val, options.columns, count);
  lists.train = detail::films_on_disk(std::move(train), lists.classes, root);
  lists.val = detail::films_on_disk(std::move(val), lists.classes, root);
  return lists;
}

/// Opens the films of a list. Throws FormatError for one of another length than its line says.
inline std::unique_ptr<const Dataset> open_film_list(FilmList list, const OpenFilms& open,
                                                     const FilmReading& reading) {
  auto films = open(std::move(list.films), reading);
  for (Index i = 0; i < films->size(); ++i) {
    const auto& line = list.lines[static_cast<std::size_t>(i)];
    require<FormatError>(!line.count || *line.count == films->frame_count(i), line.where, ": ",
                         io::in_quotes(line.path), " has ", films->frame_count(i), " frames, not ",
                         line.count.value_or(0), " (--list-columns says what the columns are)");
  }
  return films;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
