// A film that is a clip of a data set, and who makes a data set of films: what reads them needs
// FFmpeg's libraries (data/film_clips.hpp), what finds them does not.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/thread_count.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/io/image_options.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// A film, or a part of one, as a clip of a data set.
struct FilmClip {
  std::string name;                  ///< what errors call it
  std::filesystem::path path;        ///< the film
  std::vector<std::int64_t> labels;  ///< at least one
};

/// How the films of a data set are read.
struct FilmReading {
  io::ImageOptions pictures{};  ///< what a frame may be
  Index shorter_side = 0;  ///< to which frames are scaled while they are decoded; 0: as they are
  int threads = 1;         ///< that decode a film; frames are the same for any number
};

/// How many threads each of `films` that are decoded at once gets. A decoder keeps a frame in
/// memory for each of its threads, and gains little from more than eight.
inline int decoder_threads(Index films) {
  return static_cast<int>(std::clamp<Index>(num_threads() / std::max<Index>(films, 1), 1, 8));
}

/// Makes a data set of films: data::open_films where FFmpeg's libraries are there.
using OpenFilms =
    std::function<std::unique_ptr<const Dataset>(std::vector<FilmClip>, const FilmReading&)>;

/// What a program without FFmpeg's libraries says of a film.
inline constexpr const char* films_need_ffmpeg =
    "this program was built without FFmpeg's libraries, which read films (Debian: libavformat-dev "
    "libavcodec-dev libswscale-dev libavutil-dev)";

/// Whether a file is a film by its name: mp4, webm, mkv, avi and others.
inline bool is_film_name(const std::filesystem::path& path) {
  constexpr std::string_view endings[] = {".mp4",  ".webm", ".mkv", ".avi", ".mov", ".m4v", ".mpg",
                                          ".mpeg", ".ogv",  ".flv", ".wmv", ".3gp", ".gif"};
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if ('A' <= letter && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
