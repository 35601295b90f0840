// Folders of frames for tests: pictures of one grey each, written in a moment.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/image.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace adafuse::data {

/// A picture [height, width, 3] of one grey.
inline Tensor<std::uint8_t> grey_picture(Index height, Index width, int grey) {
  Tensor<std::uint8_t> image({height, width, 3});
  image.fill(static_cast<std::uint8_t>(grey));
  return image;
}

/// Writes pictures with these names, PNG where the name says so and JPEG otherwise; the first is
/// the darkest.
inline void write_frames(const std::filesystem::path& dir, const std::vector<std::string>& names,
                         Index height = 8, Index width = 8) {
  std::filesystem::create_directories(dir);
  int grey = 20;
  for (const auto& name : names) {
    const auto image = grey_picture(height, width, grey);
    if (name.ends_with(".png"))
      io::write_png(dir / name, image);
    else
      io::write_jpeg(dir / name, image);
    grey += 40;
  }
}

/// Three frames, 00001.jpg to 00003.jpg.
inline void write_clip(const std::filesystem::path& dir) {
  write_frames(dir, {"00001.jpg", "00002.jpg", "00003.jpg"});
}

}  // namespace adafuse::data
