// Films, for the commands that read them, where the program was built with FFmpeg's libraries
// (ADAFUSE_FILMS).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/film_clip.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#ifdef ADAFUSE_FILMS
#include <adafuse/data/film_clips.hpp>
#endif

namespace adafuse::cli {

/// Who makes a data set of films; nobody where the libraries are missing.
inline data::OpenFilms film_opener() {
#ifdef ADAFUSE_FILMS
  return data::open_films;
#else
  return {};
#endif
}

/// The frames of a film one after the other, then an undefined tensor; scaled to the shorter side
/// `side`, unless it is 0. Throws IoError, FormatError.
inline std::function<Tensor<std::uint8_t>()> film_frames(
    const std::filesystem::path& path, [[maybe_unused]] const io::ImageOptions& pictures,
    [[maybe_unused]] Index side) {
#ifdef ADAFUSE_FILMS
  const auto film =
      std::make_shared<io::Film>(path, io::FilmOptions{.pictures = pictures, .shorter_side = side});
  return [film] { return film->next(); };
#else
  throw IoError(concat(path.string(), ": is a film, and ", data::films_need_ffmpeg));
#endif
}

}  // namespace adafuse::cli
