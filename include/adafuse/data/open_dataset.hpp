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
#include <adafuse/data/known_lists.hpp>
#include <adafuse/data/list_dataset.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Both halves of a data set, the names of its classes, and what a command says of it.
class OpenedDataset {
 public:
  OpenedDataset(std::unique_ptr<const Dataset> train_clips,
                std::unique_ptr<const Dataset> val_clips, std::vector<std::string> class_names,
                std::string layout_found)
      : train_(std::move(train_clips)),
        val_(std::move(val_clips)),
        train(*train_),
        val(*val_),
        classes(std::move(class_names)),
        layout(std::move(layout_found)) {}

 private:
  std::unique_ptr<const Dataset> train_, val_;

 public:
  const Dataset& train;
  const Dataset& val;
  std::vector<std::string> classes;
  std::string layout;  ///< what was found: "frame folders by class, split by name"
};

namespace detail {

inline OpenedDataset opened(std::vector<FrameClip> train, std::vector<FrameClip> val,
                            std::vector<std::string> classes, std::string layout,
                            const io::ImageOptions& pictures) {
  return {std::make_unique<FrameClips>(std::move(train), pictures),
          std::make_unique<FrameClips>(std::move(val), pictures), std::move(classes),
          std::move(layout)};
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

inline OpenedDataset opened_lists(const ListFiles& files, const DatasetOptions& options) {
  auto layout =
      concat("lists ", files.train.filename().string(), " and ", files.val.filename().string());
  if (auto films = read_film_lists(files, options)) {
    refuse_frame_options(options);
    const auto reading = film_reading(files.train.string(), options);
    auto train = open_film_list(std::move(films->train), options.films, reading);
    auto val = open_film_list(std::move(films->val), options.films, reading);
    return {std::move(train), std::move(val), std::move(films->classes),
            std::move(layout) + " of films"};
  }
  auto lists = read_lists(files, options);
  return opened(std::move(lists.train), std::move(lists.val), std::move(lists.classes),
                std::move(layout), options.pictures);
}

inline OpenedDataset opened_films(const std::filesystem::path& path,
                                  const DatasetOptions& options) {
  const auto reading = film_reading(path.string(), options);
  auto folders = read_film_folders(path);
  auto train = options.films(std::move(folders.train), reading);
  auto val = options.films(std::move(folders.val), reading);
  return {std::move(train), std::move(val), std::move(folders.classes),
          folders.split_by_name ? "films by class, split by name" : "films by class"};
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
      options.pictures);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
