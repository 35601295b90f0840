// Films made for a test by the program `ffmpeg`, and what it decodes of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/file.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace made_films {

using namespace adafuse;
namespace fs = std::filesystem;

/// Whether there is an `ffmpeg`; says so where there is none.
inline bool has_ffmpeg() {
  static const bool found = std::system("ffmpeg -version >/dev/null 2>&1") == 0;
  if (!found) MESSAGE("skipped: there is no program ffmpeg to make films with");
  return found;
}

inline void run_ffmpeg(const std::string& arguments) {
  REQUIRE(std::system(("ffmpeg -v error -nostdin -y -filter_threads 1 " + arguments).c_str()) == 0);
}

/// Makes `file` of moving test pictures, `seconds` long at 10 frames a second.
inline fs::path make_film(const fs::path& file, const std::string& encoder,
                          const std::string& size = "32x24", const std::string& seconds = "4") {
  run_ffmpeg("-f lavfi -i testsrc=size=" + size + ":rate=10:duration=" + seconds + " " + encoder +
             " -threads 1 " + file.string());
  return file;
}

/// All frames of a film, [T, H, W, 3], as `ffmpeg` writes them.
inline std::vector<Tensor<std::uint8_t>> frames_by_ffmpeg(const fs::path& film, Index height,
                                                          Index width,
                                                          const std::string& filters = "null") {
  const fs::path raw = film.string() + ".rgb";
  run_ffmpeg("-threads 1 -i " + film.string() + " -vf " + filters +
             " -sws_flags bicubic -vsync passthrough -f rawvideo -pix_fmt rgb24 " + raw.string());
  const std::string bytes = io::read_file(raw);
  const auto frame = static_cast<std::size_t>(height * width * 3);
  REQUIRE(bytes.size() % frame == 0);
  std::vector<Tensor<std::uint8_t>> frames;
  for (std::size_t at = 0; at < bytes.size(); at += frame) {
    frames.emplace_back(Shape{height, width, 3});
    std::transform(bytes.data() + at, bytes.data() + at + frame, frames.back().data(),
                   [](char byte) { return static_cast<std::uint8_t>(byte); });
  }
  return frames;
}

/// The largest difference between two pictures; 256 where their shapes differ.
inline int difference(const Tensor<std::uint8_t>& a, const Tensor<std::uint8_t>& b) {
  if (!a.defined() || a.shape() != b.shape()) return 256;
  int largest = 0;
  for (Index i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(int{a.data()[i]} - int{b.data()[i]}));
  return largest;
}

}  // namespace made_films
