// A clip of frames somewhere on disk: what lists and folders say of it. Nothing of it is opened
// here (data/frame_clips.hpp does that).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_names.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// A clip: frames in one folder, one number after the other.
struct FrameClip {
  std::string name;                  ///< what errors call it
  std::filesystem::path dir;         ///< where its frames lie
  FrameRun frames;                   ///< which of the files there
  std::vector<std::int64_t> labels;  ///< at least one
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
