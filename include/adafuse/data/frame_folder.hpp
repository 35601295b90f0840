// Videos as folders of pictures, the layout of the field's data sets once frames are extracted:
//
//   DIR/classes.txt                  one class name a line
//   DIR/train.txt, DIR/val.txt       one clip a line: path frame_count label (data/clip_list.hpp)
//   DIR/frames/<path>/00001.jpg      frames, counted from 1
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/frame_clips.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// `00001.jpg` for t = 0: files count from 1.
inline std::string frame_file_name(Index t) { return FrameNames()(t + 1); }

/// Where the parts of a data set lie, relative to its directory; absolute paths are taken as such.
struct FolderLayout {
  std::filesystem::path frames = "frames";        ///< the folder that holds a folder for each clip
  std::filesystem::path train = "train.txt";      ///< the list of the training half
  std::filesystem::path val = "val.txt";          ///< the list of the validation half
  std::filesystem::path classes = "classes.txt";  ///< the file of the class names
};

/// Both halves of a data set and the names of its classes.
struct FolderDataset {
  /// Of each list.
  FrameClips train, val;
  std::vector<std::string> classes;  ///< names, by label
};

namespace detail {

inline FrameClips clips_below(const std::filesystem::path& frames, std::vector<ClipEntry> list,
                              const io::ImageOptions& pictures) {
  std::vector<FrameClip> clips;
  for (auto& entry : list) {
    auto dir = frames / entry.path;
    clips.push_back({std::move(entry.path),
                     std::move(dir),
                     {.names = {}, .first = 1, .count = entry.frame_count},
                     std::move(entry.labels)});
  }
  return FrameClips(std::move(clips), pictures);
}

}  // namespace detail

/// Reads the lists of a data set; frames are looked for when they are read. Throws IoError for what
/// is missing, FormatError with file and line for what is malformed.
inline FolderDataset load_dataset(const std::filesystem::path& dir, const FolderLayout& layout = {},
                                  const io::ImageOptions& pictures = {}) {
  const auto frames = dir / layout.frames;
  auto classes = read_class_names(dir / layout.classes);
  auto train = read_clip_list(dir / layout.train, std::ssize(classes));
  auto val = read_clip_list(dir / layout.val, std::ssize(classes));
  require<IoError>(std::filesystem::is_directory(frames), frames.string(),
                   ": expected the directory of the frames");
  return {detail::clips_below(frames, std::move(train), pictures),
          detail::clips_below(frames, std::move(val), pictures), std::move(classes)};
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
