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

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Empty paths and options that are not there are found out from the data set.
struct DatasetOptions {
  std::filesystem::path train_list{}, val_list{};  ///< both or neither
  std::filesystem::path classes{};                 ///< the file of the class names
  std::filesystem::path frames_root{};             ///< what the paths of lists are below
  std::optional<FrameNames> names{};               ///< of frames; found in each folder otherwise
  std::optional<Index> first_frame{};              ///< its number; 0 or 1 otherwise
  std::optional<ListColumns> columns{};            ///< of lists; path count label... otherwise
  io::ImageOptions pictures{};
  OpenFilms films{};    ///< who reads films; nobody: a data set of films is refused
  Index film_side = 0;  ///< the shorter side that films are scaled to while they are decoded
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
