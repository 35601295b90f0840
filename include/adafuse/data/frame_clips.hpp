// Clips that are runs of frames somewhere on disk, opened: pictures are read when they are asked
// for.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <adafuse/data/frame_clip.hpp>
#include <adafuse/io/image.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What lists and folders of frames come to, whatever the frames are called.
class FrameClips : public Dataset {
 public:
  /// Clips whose pictures are read as `pictures` says.
  explicit FrameClips(std::vector<FrameClip> clips, const io::ImageOptions& pictures = {})
      : clips_(std::move(clips)), pictures_(pictures) {}

  const std::vector<FrameClip>& clips() const { return clips_; }

  Index size() const override { return std::ssize(clips_); }
  std::string name(Index clip) const override { return at(clip).name; }
  Index frame_count(Index clip) const override { return at(clip).frames.count; }
  /// The first label of the clip.
  std::int64_t label(Index clip) const override { return at(clip).labels.front(); }
  std::vector<std::int64_t> labels(Index clip) const override { return at(clip).labels; }

  /// The file of frame t of a clip.
  std::filesystem::path frame_path(Index clip, Index t) const {
    const auto& frames = at(clip).frames;
    return at(clip).dir / frames.names(frames.first + t);
  }
  std::string frame_name(Index clip, Index t) const override {
    return frame_path(clip, t).string();
  }
  std::filesystem::path place(Index clip) const override { return at(clip).dir; }
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
  const FrameClip& at(Index clip) const {
    require<ValueError>(0 <= clip && clip < size(), "FrameClips: clip ", clip,
                        " is outside of the ", size());
    return clips_[static_cast<std::size_t>(clip)];
  }

  std::vector<FrameClip> clips_;
  io::ImageOptions pictures_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
