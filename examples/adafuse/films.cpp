// Loads the module that reads films. The build says what its file is called (ADAFUSE_FILMS_MODULE)
// and where it is installed, seen from the program (ADAFUSE_FILMS_INSTALLED); a program built
// without FFmpeg's libraries has neither.
// SPDX-License-Identifier: MIT
#include "films.hpp"

#ifdef ADAFUSE_FILMS_MODULE
#include "films/module.hpp"
#include "system.hpp"
#endif

namespace adafuse::cli {

#ifdef ADAFUSE_FILMS_MODULE

namespace {

/// Beside the program, as in a build, or where it is installed.
std::filesystem::path films_module_file() {
  namespace fs = std::filesystem;
  const auto here = program_file().parent_path();
  const auto installed = here / ADAFUSE_FILMS_INSTALLED / ADAFUSE_FILMS_MODULE;
  return fs::exists(installed) ? installed : here / ADAFUSE_FILMS_MODULE;
}

/// Throws IoError, with the name of a film, where there is none, or FFmpeg's libraries are missing.
const FilmsModule& films_module(const std::filesystem::path& film) {
  static const FilmsModule* loaded = nullptr;  // for as long as the program runs
  if (loaded) return *loaded;
  std::string reason;
  loaded =
      static_cast<const FilmsModule*>(load_symbol(films_module_file(), "adafuse_films", reason));
  if (loaded) return *loaded;
  throw IoError(
      concat(film.string(), ": is a film, and what reads films cannot be loaded: ", reason));
}

}  // namespace

data::OpenFilms film_opener() {
  return [](std::vector<data::FilmClip> films, const data::FilmReading& reading) {
    const auto first = films.empty() ? std::filesystem::path("films") : films.front().path;
    return films_module(first).open(std::move(films), reading);
  };
}

std::function<Tensor<std::uint8_t>()> film_frames(const std::filesystem::path& path,
                                                  const io::ImageOptions& pictures, Index side) {
  return films_module(path).frames(
      path, {.pictures = pictures, .shorter_side = side, .threads = data::decoder_threads(1)});
}

#else

data::OpenFilms film_opener() { return {}; }

std::function<Tensor<std::uint8_t>()> film_frames(const std::filesystem::path& path,
                                                  const io::ImageOptions&, Index) {
  throw IoError(concat(path.string(), ": is a film, and ", data::films_need_ffmpeg));
}

#endif

}  // namespace adafuse::cli
