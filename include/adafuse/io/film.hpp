// Films: mp4, webm, mkv, avi and what else FFmpeg reads, frame by frame or at given times.
//
// The frame at time t is the last one whose time is not after t, as a player shows it; before the
// first frame it is the first one. Frames that are asked for in the order of time are decoded going
// on; where the container's index knows a keyframe in between, what lies before it is not decoded.
// The pixels are the same either way.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/film_decoder.hpp>
#include <adafuse/io/film_options.hpp>
#include <adafuse/io/film_pixels.hpp>
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// An open film. One thread at a time may use it; further threads open it once more.
class Film {
 public:
  /// Throws IoError for what is no file, FormatError for what is no film, is truncated or has more
  /// pixels than the options allow, and ValueError for options that make no sense.
  explicit Film(const std::filesystem::path& path, const FilmOptions& options = {})
      : decoder_(path, checked(options)),
        turn_(detail::FilmTurn::of(decoder_.stream(), decoder_.name())),
        size_(detail::film_size({decoder_.info().coded_width, decoder_.info().coded_height},
                                options.shorter_side, decoder_.name())),
        pixels_(size_, turn_, decoder_.name(), options.threads),
        info_(decoder_.info()) {
    detail::require_pixels(size_.width * size_.height, options.pictures, name());
    const auto shown = turn_.size(size_);
    info_.width = shown.width;
    info_.height = shown.height;
  }

  const FilmInfo& info() const { return info_; }
  /// What errors call the film.
  const std::string& name() const { return decoder_.name(); }

  /// The frame after the one that was given last, [H, W, 3], or the first; an undefined tensor
  /// after the last. Throws FormatError for a frame that cannot be decoded.
  Tensor<std::uint8_t> next() {
    if (!fetch()) return {};
    step();
    return picture();
  }

  /// When the frame that was given last is shown, in seconds.
  double time() const { return current_.time; }

  /// The frame that is shown `seconds` after the beginning, [H, W, 3]. Throws FormatError for one
  /// that cannot be decoded, and when the film ends long before.
  Tensor<std::uint8_t> at(double seconds) {
    require<ValueError>(seconds >= 0, name(), ": expected a time from 0 up, got ", seconds);
    const bool back = current_.there && seconds < current_.time;
    const bool sought = (back || decoder_.keyframe_before(seconds) > reached()) && jump(seconds);
    if (back && !sought) rewind();
    if (!sought || !found_from_keyframe(seconds)) advance(seconds);
    require<FormatError>(current_.there, name(), ": holds no frame");
    constexpr double slack = 0.5;  // by which containers exaggerate
    const double end = current_.time + std::max(current_.seconds, 1 / info_.rate);
    require<FormatError>(ahead_.there || seconds <= end + slack, name(), ": truncated: announces ",
                         info_.seconds, " s and ends after ", end);
    return picture();
  }

  /// Frame `at(times[i])` for every i, in any order of times; each is decoded once.
  std::vector<Tensor<std::uint8_t>> at(std::span<const double> times) {
    std::vector<std::size_t> order(times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t k) { return times[i] < times[k]; });
    std::vector<Tensor<std::uint8_t>> frames(times.size());
    for (const std::size_t i : order) frames[i] = at(times[i]);
    return frames;
  }

 private:
  struct Decoded {
    detail::Frame frame = detail::allocated(av_frame_alloc());
    double time = -1, seconds = 0;  // when it is shown, and for how long; 0: unknown
    bool there = false;
  };

  static const FilmOptions& checked(const FilmOptions& options) {
    require<ValueError>(options.shorter_side >= 0, "Film: shorter_side is at least 0, got ",
                        options.shorter_side);
    require<ValueError>(options.threads >= 1, "Film: threads are at least 1, got ",
                        options.threads);
    return options;
  }

  /// Sees to it that the frame behind the current one is decoded; false at the end.
  bool fetch() {
    if (!fetched_) {
      ahead_.there = decoder_.next(*ahead_.frame);
      if (ahead_.there) {
        ahead_.time = decoder_.time();
        ahead_.seconds = decoder_.seconds_of(*ahead_.frame);
      }
      fetched_ = true;
    }
    return ahead_.there;
  }
  void step() {
    std::swap(current_, ahead_);
    ahead_.there = fetched_ = false;
    picture_ = {};
  }
  void advance(double seconds) {
    while (fetch() && (!current_.there || ahead_.time <= seconds)) step();
  }
  void forget() {
    current_.there = ahead_.there = fetched_ = false;
    picture_ = {};
  }
  void rewind() {
    forget();
    decoder_.rewind();
  }
  bool jump(double seconds) {
    if (!decoder_.seek(seconds)) return false;
    forget();
    return true;
  }

  /// Whether decoding from a keyframe has come to the frame at this time. Where an index misleads,
  /// or frames behind the keyframe need some before it, decoding begins again from the start.
  bool found_from_keyframe(double seconds) {
    try {
      advance(seconds);
      if (current_.there && current_.time <= seconds) return true;
    } catch (const FormatError&) {  // comes again where it is the film's
    }
    rewind();
    return false;
  }

  /// Everything up to here is decoded, or on its way.
  double reached() const { return std::max(decoder_.read_to(), current_.time); }

  Tensor<std::uint8_t> picture() {
    if (!picture_.defined()) picture_ = pixels_(*current_.frame);
    return picture_;
  }

  detail::FilmDecoder decoder_;
  detail::FilmTurn turn_;
  detail::FilmSize size_;
  detail::FilmPixels pixels_;
  FilmInfo info_;
  Decoded current_, ahead_;
  bool fetched_ = false;          // ahead_ is what follows current_
  Tensor<std::uint8_t> picture_;  // of the current frame, once it was asked for
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
