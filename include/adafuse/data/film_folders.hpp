// Folders of films by class: DIR/<class>/<clip>.mp4. Where there are DIR/train and DIR/val, they
// hold the classes; otherwise the films are split by their names, so that no source is on both
// sides.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/class_folders.hpp>
#include <adafuse/data/film_clip.hpp>
#include <adafuse/data/natural_order.hpp>
#include <adafuse/data/validation_split.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The films of both halves and the classes, in the order of the alphabet.
struct FilmFolders {
  /// In the order of their names.
  std::vector<FilmClip> train, val;
  std::vector<std::string> classes;  ///< names, by label
  bool split_by_name = false;  ///< There was one folder: the names of the clips say who validates.
};

namespace detail {

/// The films in a directory, by name: 2 before 10.
inline std::vector<std::string> film_names(const std::filesystem::path& dir) {
  auto names = file_names(dir);
  std::erase_if(names, [&](const std::string& name) {
    return name.starts_with('.') || !is_film_name(name) ||
           std::filesystem::is_directory(dir / name);
  });
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

/// The films below the folder of a class.
inline void add_films_of_class(const std::filesystem::path& dir, const std::string& name,
                               std::int64_t label, std::vector<FilmClip>& clips) {
  const auto films = film_names(dir / name);
  require<IoError>(!films.empty(), (dir / name).string(),
                   ": expected films of this class (mp4, webm, mkv, avi)");
  for (const auto& film : films)
    clips.push_back({concat(name, "/", film), dir / name / film, {label}});
}

/// Where the folders of the classes to train on lie.
inline std::filesystem::path training_folder(const std::filesystem::path& dir) {
  const bool split =
      std::filesystem::is_directory(dir / "train") && !validation_folder(dir).empty();
  return split ? dir / "train" : dir;
}

}  // namespace detail

/// Whether a directory looks like folders of films by class.
inline bool has_film_folders(const std::filesystem::path& dir) {
  const auto top = detail::training_folder(dir);
  const auto classes = detail::folder_names(top);
  return std::any_of(classes.begin(), classes.end(), [&](const std::string& name) {
    return !detail::film_names(top / name).empty();
  });
}

/// Reads which films there are. Throws IoError for a class without films, and for one to validate
/// on that nothing is trained on.
inline FilmFolders read_film_folders(const std::filesystem::path& dir) {
  FilmFolders result;
  const auto top = detail::training_folder(dir);
  result.split_by_name = top == dir;
  result.classes = detail::folder_names(top);
  std::vector<FilmClip> clips;
  std::int64_t label = 0;
  for (const auto& name : result.classes) detail::add_films_of_class(top, name, label++, clips);
  if (!result.split_by_name) {
    result.train = std::move(clips);
    const auto val = detail::validation_folder(dir);
    for (const auto& name : detail::folder_names(val)) {
      const auto found = std::find(result.classes.begin(), result.classes.end(), name);
      require<IoError>(found != result.classes.end(), (val / name).string(),
                       ": this class has no folder in ", top.string());
      detail::add_films_of_class(val, name, found - result.classes.begin(), result.val);
    }
    return result;
  }
  std::vector<std::string> sources;
  std::vector<std::int64_t> labels;
  for (const auto& clip : clips) {
    sources.push_back(source_of(clip.path.stem().string()));
    labels.push_back(clip.labels.front());
  }
  const auto kept = validation_split(sources, labels);
  for (std::size_t i = 0; i < clips.size(); ++i)
    (kept[i] ? result.val : result.train).push_back(std::move(clips[i]));
  return result;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
