// Folders of frames by class: DIR/<class>/<clip>/00001.jpg. Where there are DIR/train and DIR/val,
// they hold the classes; otherwise the clips are split by their names.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset_options.hpp>
#include <adafuse/data/frame_clip.hpp>
#include <adafuse/data/validation_split.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

/// The folders in a directory by name, but for hidden ones. Throws IoError.
inline std::vector<std::string> folder_names(const std::filesystem::path& dir) {
  auto names = file_names(dir);
  std::erase_if(names, [&](const std::string& name) {
    return name.starts_with('.') || !std::filesystem::is_directory(dir / name);
  });
  std::sort(names.begin(), names.end());
  return names;
}

/// The folder that holds the clips to validate on, by one of its usual names; empty: there is none.
inline std::filesystem::path validation_folder(const std::filesystem::path& dir) {
  for (const char* name : {"val", "valid", "validation"})
    if (std::filesystem::is_directory(dir / name)) return dir / name;
  return {};
}

/// The clips below the folder of a class.
inline void add_clips_of_class(const std::filesystem::path& dir, const std::string& name,
                               std::int64_t label, const DatasetOptions& options,
                               std::vector<FrameClip>& clips, std::vector<std::string>& left_out) {
  auto folders = folder_names(dir / name);
  require<IoError>(!folders.empty(), (dir / name).string(),
                   ": expected a folder of frames for each clip of this class");
  std::sort(folders.begin(), folders.end(), natural_less);
  for (const auto& folder : folders) {
    const auto place = dir / name / folder;
    find_or_leave_out(options, left_out, [&] {
      const auto run = find_frames(place, options.names, options.first_frame);
      clips.push_back({concat(name, "/", folder), place, run, {label}});
    });
  }
}

}  // namespace detail

/// Whether a directory looks like folders of frames by class: two levels down there are folders.
inline bool has_class_folders(const std::filesystem::path& dir) {
  for (const auto& name : detail::folder_names(dir))
    if (!detail::folder_names(dir / name).empty()) return true;
  return false;
}

/// The clips of both halves and the classes, in the order of the alphabet.
struct ClassFolders {
  /// In the order of their names.
  std::vector<FrameClip> train, val;
  std::vector<std::string> classes;  ///< names, by label
  bool split_by_name = false;  ///< There was one folder: the names of the clips say who validates.
  std::vector<std::string> left_out{};  ///< why each clip that is not there is not
};

/// Reads which clips there are, and which frames they have. Throws IoError for what is no frame
/// folder, and for holes.
inline ClassFolders read_class_folders(const std::filesystem::path& dir,
                                       const DatasetOptions& options) {
  ClassFolders result;
  const auto train = dir / "train", val = detail::validation_folder(dir);
  result.split_by_name = !std::filesystem::is_directory(train) || val.empty();
  const auto& top = result.split_by_name ? dir : train;
  result.classes = detail::folder_names(top);
  require<IoError>(result.classes.size() >= 2, top.string(),
                   ": expected a folder for each class, two or more, got ", result.classes.size());
  std::vector<FrameClip> clips;
  for (const auto& name : result.classes) {
    const std::int64_t label = &name - result.classes.data();
    detail::add_clips_of_class(top, name, label, options, clips, result.left_out);
  }
  if (result.split_by_name) {
    std::vector<std::string> sources;
    std::vector<std::int64_t> labels;
    for (const auto& clip : clips) {
      sources.push_back(source_of(clip.dir.filename().string()));
      labels.push_back(clip.labels.front());
    }
    const auto kept = validation_split(sources, labels);
    for (std::size_t i = 0; i < clips.size(); ++i)
      (kept[i] ? result.val : result.train).push_back(std::move(clips[i]));
    return result;
  }
  result.train = std::move(clips);
  for (const auto& name : detail::folder_names(val)) {
    const auto found = std::find(result.classes.begin(), result.classes.end(), name);
    require<IoError>(found != result.classes.end(), (val / name).string(),
                     ": this class has no folder in ", train.string());
    detail::add_clips_of_class(val, name, found - result.classes.begin(), options, result.val,
                               result.left_out);
  }
  return result;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
