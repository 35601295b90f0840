// Videos as folders of pictures, the layout of the field's data sets once frames are extracted:
//
//   DIR/classes.txt                  one class name a line
//   DIR/train.txt, DIR/val.txt       one clip a line: path frame_count label (data/clip_list.hpp)
//   DIR/frames/<path>/00001.jpg      frames, counted from 1
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/io/image.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// `00001.jpg` for t = 0: files count from 1.
inline std::string frame_file_name(Index t) {
  const std::string number = std::to_string(t + 1);
  return std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".jpg";
}

/// The clips of one list, read from disk when they are asked for.
class FrameFolder : public Dataset {
 public:
  FrameFolder(std::filesystem::path frames, std::vector<ClipEntry> clips,
              const io::ImageOptions& pictures = {})
      : frames_(std::move(frames)), clips_(std::move(clips)), pictures_(pictures) {}

  const std::vector<ClipEntry>& clips() const { return clips_; }

  Index size() const override { return std::ssize(clips_); }
  std::string name(Index clip) const override { return at(clip).path; }
  Index frame_count(Index clip) const override { return at(clip).frame_count; }
  /// The first label of the clip.
  std::int64_t label(Index clip) const override { return at(clip).labels.front(); }

  std::filesystem::path frame_path(Index clip, Index t) const {
    return frames_ / at(clip).path / frame_file_name(t);
  }
  std::string frame_name(Index clip, Index t) const override {
    return frame_path(clip, t).string();
  }
  Shape frame_size(Index clip) const override {
    return io::picture_size(frame_path(clip, 0), pictures_);
  }
  /// Reads one picture. Throws IoError when the file is missing, FormatError when it is broken.
  Tensor<std::uint8_t> frame(Index clip, Index t) const override {
    require<ValueError>(0 <= t && t < frame_count(clip), io::in_quotes(name(clip)), ": frame ", t,
                        " is outside of its ", frame_count(clip));
    return io::read_image(frame_path(clip, t), pictures_);
  }

 private:
  const ClipEntry& at(Index clip) const {
    require<ValueError>(0 <= clip && clip < size(), "FrameFolder: clip ", clip,
                        " is outside of the ", size());
    return clips_[static_cast<std::size_t>(clip)];
  }

  std::filesystem::path frames_;
  std::vector<ClipEntry> clips_;
  io::ImageOptions pictures_;
};

/// Where the parts of a data set lie, relative to its directory; absolute paths are taken as such.
struct FolderLayout {
  std::filesystem::path frames = "frames";
  std::filesystem::path train = "train.txt";
  std::filesystem::path val = "val.txt";
  std::filesystem::path classes = "classes.txt";
};

/// Both halves of a data set and the names of its classes.
struct FolderDataset {
  FrameFolder train, val;
  std::vector<std::string> classes;
};

/// Reads the lists of a data set; frames are read later. Throws IoError for what is missing,
/// FormatError with file and line for what is malformed.
inline FolderDataset load_dataset(const std::filesystem::path& dir, const FolderLayout& layout = {},
                                  const io::ImageOptions& pictures = {}) {
  const auto frames = dir / layout.frames;
  auto classes = read_class_names(dir / layout.classes);
  auto train = read_clip_list(dir / layout.train, std::ssize(classes));
  auto val = read_clip_list(dir / layout.val, std::ssize(classes));
  require<IoError>(std::filesystem::is_directory(frames), frames.string(),
                   ": expected the directory of the frames");
  return {FrameFolder(frames, std::move(train), pictures),
          FrameFolder(frames, std::move(val), pictures), std::move(classes)};
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
