// What is asked of a film, and what a film says of itself.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/io/image_options.hpp>
#include <algorithm>
#include <cmath>
#include <string>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What is asked of a film.
struct FilmOptions {
  ImageOptions pictures{};  ///< of one frame
  Index shorter_side = 0;   ///< frames are scaled to it while they are converted; 0: as they are
  int threads = 1;          ///< that decode; frames are the same for any number
};

/// What a film says of itself.
struct FilmInfo {
  Index width = 0, height = 0;  ///< of the frames that are handed out: scaled and turned upright
  Index coded_width = 0, coded_height = 0;  ///< as stored
  double seconds = 0;                       ///< from the first frame to the end of the last
  double rate = 0;                          ///< frames a second, on average
  std::string codec;                        ///< "h264"

  /// The number of samples of time at the film's average rate: of a film whose rate is constant,
  /// its frames.
  Index frame_count() const { return std::max<Index>(1, std::llround(seconds * rate)); }
  /// When sample `k` is taken, in seconds: in the middle of the k-th frame at the average rate.
  double time(Index k) const { return (static_cast<double>(k) + 0.5) / rate; }
};

namespace detail {

struct FilmSize {
  Index width = 0, height = 0;
};

/// The size whose shorter side is `length`, in the same proportions, rounded down; 0: as it is.
inline FilmSize film_size(FilmSize from, Index length, const std::string& name) {
  if (length == 0) return from;
  const Index shorter = std::min(from.width, from.height);
  const Checked width = Checked(from.width) * length, height = Checked(from.height) * length;
  require<ValueError>(width.fits() && height.fits(), name, ": a shorter side of ", length,
                      " is too long for frames of ", from.width, "x", from.height);
  return {width.value() / shorter, height.value() / shorter};
}

}  // namespace detail

}  // namespace adafuse::io::inline ADAFUSE_SIMD
