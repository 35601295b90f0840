// What a user may say about a data set beside where it lies.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/data/film_clip.hpp>
#include <adafuse/data/frame_names.hpp>
#include <adafuse/data/list_columns.hpp>
#include <adafuse/io/image_options.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Empty paths and options that are not there are found out from the data set.
struct DatasetOptions {
  std::filesystem::path train_list{}, val_list{};  ///< both or neither
  std::filesystem::path classes{};                 ///< the file of the class names
  std::filesystem::path frames_root{};             ///< what the paths of lists are below
  std::optional<FrameNames> names{};               ///< of frames; found in each folder otherwise
  std::optional<Index> first_frame{};              ///< its number; 0 or 1 otherwise
  std::optional<ListColumns> columns{};            ///< of lists; path count label... otherwise
  io::ImageOptions pictures{};                     ///< what a picture may be
  OpenFilms films{};    ///< who reads films; nobody: a data set of films is refused
  Index film_side = 0;  ///< the shorter side that films are scaled to while they are decoded
  /// Every frame is read, and clips of which one is missing or broken are left out.
  bool skip_broken = false;
};

namespace detail {

/// Calls `find`. Where broken clips are left out, a file that is missing is told in `left_out` and
/// is no error.
template <class Find>
void find_or_leave_out(const DatasetOptions& options, std::vector<std::string>& left_out,
                       const Find& find) {
  if (!options.skip_broken) return find();
  try {
    find();
  } catch (const IoError& error) {
    left_out.emplace_back(error.what());
  }
}

}  // namespace detail

}  // namespace adafuse::data::inline ADAFUSE_SIMD
