// What the module of films offers to the program that loads it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/film_clip.hpp>
#include <adafuse/io/film_options.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace adafuse::cli {

struct FilmsModule {
  /// Makes a data set of films.
  std::unique_ptr<const data::Dataset> (*open)(std::vector<data::FilmClip>,
                                               const data::FilmReading&);
  /// The frames of a film one after the other, then an undefined tensor.
  std::function<Tensor<std::uint8_t>()> (*frames)(const std::filesystem::path&,
                                                  const io::FilmOptions&);
};

}  // namespace adafuse::cli

/// The module's one symbol.
extern "C" const adafuse::cli::FilmsModule adafuse_films;
