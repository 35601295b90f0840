// adafuse_films.so: what reads films, with FFmpeg's libraries. It shares the program's threads,
// memory and exceptions, since the program exports its symbols.
// SPDX-License-Identifier: MIT
#include "module.hpp"

#include <adafuse/data/film_clips.hpp>

namespace adafuse::cli {

namespace {

std::function<Tensor<std::uint8_t>()> film_frames_of(const std::filesystem::path& path,
                                                     const io::FilmOptions& options) {
  return [film = std::make_shared<io::Film>(path, options)] { return film->next(); };
}

}  // namespace

}  // namespace adafuse::cli

extern "C" const adafuse::cli::FilmsModule adafuse_films{adafuse::data::open_films,
                                                         adafuse::cli::film_frames_of};
