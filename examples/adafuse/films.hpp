// Films, for the commands that read them. What does is a module, adafuse_films.so: it is loaded,
// and FFmpeg's libraries with it, when the first film is opened. Loading them takes twenty times as
// long as starting the program.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/film_clip.hpp>
#include <filesystem>
#include <functional>

namespace adafuse::cli {

/// Who makes a data set of films; nobody where the program was built without FFmpeg's libraries. It
/// throws IoError where the module cannot be loaded.
data::OpenFilms film_opener();

/// The frames of a film one after the other, then an undefined tensor; scaled to the shorter side
/// `side`, unless it is 0. Throws IoError, FormatError.
std::function<Tensor<std::uint8_t>()> film_frames(const std::filesystem::path& path,
                                                  const io::ImageOptions& pictures, Index side);

}  // namespace adafuse::cli
