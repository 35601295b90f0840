// A data set without files: every pixel says which clip and which frame it belongs to.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <atomic>
#include <string>

namespace adafuse::data {

class MadeUpClips : public Dataset {
 public:
  MadeUpClips(Index clips, Index frames, Index height = 4, Index width = 4)
      : clips_(clips), frames_(frames), height_(height), width_(width) {}

  Index size() const override { return clips_; }
  std::string name(Index clip) const override { return "clip" + std::to_string(clip); }
  Index frame_count(Index) const override { return frames_; }
  std::int64_t label(Index clip) const override { return clip % 3; }
  Tensor<std::uint8_t> frame(Index clip, Index t) const override {
    ++decoded;
    require<IoError>(clip != broken, name(clip), ": frame ", t, " is missing");
    const Index extra = clip == larger ? 1 : 0;
    Tensor<std::uint8_t> image({height_ + extra, width_, 3});
    for (Index i = 0; i < image.size(0); ++i)
      for (Index j = 0; j < width_; ++j) {
        image(i, j, 0) = static_cast<std::uint8_t>(clip);
        image(i, j, 1) = static_cast<std::uint8_t>(t);
        image(i, j, 2) = static_cast<std::uint8_t>(j);
      }
    return image;
  }

  Index broken = -1;  ///< a clip that cannot be read
  Index larger = -1;  ///< a clip whose frames have one more row
  mutable std::atomic<Index> decoded{0};

 private:
  Index clips_, frames_, height_, width_;
};

}  // namespace adafuse::data
