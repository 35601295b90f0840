// One door to data as people have it: open_dataset looks at what lies in a directory, finds its
// layout, and checks it against the frames on disk before anybody trains on it.
//
// docs/data.md shows the layouts. In the order in which they are looked for:
//
//   lists that the options name, of films or of folders of frames
//   classes.txt, train.txt, val.txt, frames/           as `adafuse gestures` writes them
//   the lists of TSN, TSM, Something-Something, ...    data/known_lists.hpp
//   <class>/<clip>.mp4, or that below train/ and val/
//   <class>/<clip>/00001.jpg, or that below train/ and val/
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/class_folders.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/data/dataset_options.hpp>
#include <adafuse/data/film_folders.hpp>
#include <adafuse/data/film_lists.hpp>
#include <adafuse/data/frame_clips.hpp>
#include <adafuse/data/known_lists.hpp>
#include <adafuse/data/list_dataset.hpp>
#include <adafuse/data/readable_clips.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Both halves of a data set, the names of its classes, and what a command says of it.
class OpenedDataset {
 public:
  /// Both halves and what was found about them.
  OpenedDataset(std::unique_ptr<const Dataset> train_clips,
                std::unique_ptr<const Dataset> val_clips, std::vector<std::string> class_names,
                std::string layout_found, std::vector<std::string> not_read = {})
      : train_(std::move(train_clips)),
        val_(std::move(val_clips)),
        train(*train_),
        val(*val_),
        classes(std::move(class_names)),
        layout(std::move(layout_found)),
        left_out(std::move(not_read)) {}

 private:
  std::unique_ptr<const Dataset> train_, val_;

 public:
  const Dataset& train;               ///< the clips that are trained on
  const Dataset& val;                 ///< the clips that are validated on
  std::vector<std::string> classes;   ///< names, by label
  std::string layout;                 ///< what was found: "frame folders by class, split by name"
  std::vector<std::string> left_out;  ///< one line for each clip that is, which names a file
};

namespace detail {

/// Where broken clips are left out, every frame is read. Throws IoError when nothing is left.
inline OpenedDataset opened(std::unique_ptr<const Dataset> train,
                            std::unique_ptr<const Dataset> val, std::vector<std::string> classes,
                            std::string layout, std::vector<std::string> left_out,
                            const DatasetOptions& options) {
  for (auto* half : {&train, &val}) {
    if (!options.skip_broken) continue;
    *half = readable_clips(std::move(*half), left_out);
    require<IoError>((*half)->size() > 0 || left_out.empty(), "no clip to ",
                     half == &train ? "train" : "validate", " on can be read; the first of ",
                     left_out.size(), ": ", left_out.empty() ? "" : left_out.front());
  }
  return {std::move(train), std::move(val), std::move(classes), std::move(layout),
          std::move(left_out)};
}

inline OpenedDataset opened(std::vector<FrameClip> train, std::vector<FrameClip> val,
                            std::vector<std::string> classes, std::string layout,
                            std::vector<std::string> left_out, const DatasetOptions& options) {
  return opened(std::make_unique<FrameClips>(std::move(train), options.pictures),
                std::make_unique<FrameClips>(std::move(val), options.pictures), std::move(classes),
                std::move(layout), std::move(left_out), options);
}

/// How the films of a data set are read; `name` is what an error says that they are in.
inline FilmReading film_reading(const std::string& name, const DatasetOptions& options) {
  require<IoError>(options.films != nullptr, name, ": holds films, and ", films_need_ffmpeg);
  constexpr Index at_once = 4;  // two of a loader's workers, beside the training
  return {.pictures = options.pictures,
          .shorter_side = options.film_side,
          .threads = decoder_threads(at_once)};
}

/// What only frames have.
inline void refuse_frame_options(const DatasetOptions& options) {
  require<ValueError>(!options.names.has_value(), "--name-template has no effect on films");
  require<ValueError>(!options.first_frame.has_value(), "--first-frame has no effect on films");
}

/// Leaves out the films that cannot be opened, with the lines of a list that name them.
inline void leave_out_films(std::vector<FilmClip>& films, std::vector<ListedClip>* lines,
                            const FilmReading& reading, const OpenFilms& open,
                            std::vector<std::string>& left_out) {
  const auto errors = errors_of(
      std::ssize(films), [&](Index i) { open({films[static_cast<std::size_t>(i)]}, reading); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < films.size(); ++i) {
    if (!errors[i].empty()) {
      left_out.push_back(errors[i]);
      continue;
    }
    if (lines && kept != i) (*lines)[kept] = std::move((*lines)[i]);
    if (kept != i) films[kept] = std::move(films[i]);
    ++kept;
  }
  films.resize(kept);
  if (lines) lines->resize(kept);
}

inline OpenedDataset opened_lists(const ListFiles& files, const DatasetOptions& options) {
  auto layout =
      concat("lists ", files.train.filename().string(), " and ", files.val.filename().string());
  if (auto films = read_film_lists(files, options)) {
    refuse_frame_options(options);
    const auto reading = film_reading(files.train.string(), options);
    std::vector<std::string> left_out;
    for (auto* half : {&films->train, &films->val})
      if (options.skip_broken)
        leave_out_films(half->films, &half->lines, reading, options.films, left_out);
    auto train = open_film_list(std::move(films->train), options.films, reading);
    auto val = open_film_list(std::move(films->val), options.films, reading);
    return opened(std::move(train), std::move(val), std::move(films->classes),
                  std::move(layout) + " of films", std::move(left_out), options);
  }
  auto lists = read_lists(files, options);
  return opened(std::move(lists.train), std::move(lists.val), std::move(lists.classes),
                std::move(layout), std::move(lists.left_out), options);
}

inline OpenedDataset opened_films(const std::filesystem::path& path,
                                  const DatasetOptions& options) {
  const auto reading = film_reading(path.string(), options);
  auto folders = read_film_folders(path);
  std::vector<std::string> left_out;
  for (auto* half : {&folders.train, &folders.val})
    if (options.skip_broken) leave_out_films(*half, nullptr, reading, options.films, left_out);
  auto train = options.films(std::move(folders.train), reading);
  auto val = options.films(std::move(folders.val), reading);
  return opened(std::move(train), std::move(val), std::move(folders.classes),
                folders.split_by_name ? "films by class, split by name" : "films by class",
                std::move(left_out), options);
}

}  // namespace detail

/// The data set at `path`, in whatever layout it has. Frames are read later, but each clip's are
/// known to be there. Throws IoError, FormatError, ValueError, naming the file, and the line of a
/// list, that is not as it should be.
inline OpenedDataset open_dataset(const std::filesystem::path& path,
                                  const DatasetOptions& options = {}) {
  namespace fs = std::filesystem;
  require<ValueError>(options.train_list.empty() == options.val_list.empty(),
                      "--train-list and --val-list: expects both or neither");
  if (!path.empty())
    require<IoError>(fs::is_directory(path), path.string(),
                     fs::exists(path) ? ": expected the directory of a data set"
                                      : ": there is no such directory");
  if (!options.train_list.empty()) {
    const bool placed = !options.frames_root.empty();
    require<ValueError>(placed || !path.empty(), "--frames-root: expects where the frames lie, ",
                        "without --data");
    return detail::opened_lists(
        {options.train_list, options.val_list, options.classes,
         placed ? std::vector<fs::path>{options.frames_root} : usual_frames_roots(path)},
        options);
  }
  if (const auto files = find_known_lists(path, options))
    return detail::opened_lists(*files, options);
  const bool films = has_film_folders(path);
  require<IoError>(films || has_class_folders(path), path.string(),
                   ": expected lists (train.txt, val.txt, classes.txt), folders <class>/<clip> ",
                   "with frames 00001.jpg, ..., or films <class>/<clip>.mp4; docs/data.md shows ",
                   "the layouts");
  const auto unused = [](const char* option, bool given) {
    require<ValueError>(!given, option, " has no effect on folders by class");
  };
  unused("--classes", !options.classes.empty());
  unused("--frames-root", !options.frames_root.empty());
  unused("--list-columns", options.columns.has_value());
  if (films) {
    detail::refuse_frame_options(options);
    return detail::opened_films(path, options);
  }
  auto folders = read_class_folders(path, options);
  return detail::opened(
      std::move(folders.train), std::move(folders.val), std::move(folders.classes),
      folders.split_by_name ? "frame folders by class, split by name" : "frame folders by class",
      std::move(folders.left_out), options);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
