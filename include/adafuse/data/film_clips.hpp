// Films as a data set. A clip's frames are samples of time at the film's average rate: frame k is
// what is shown at (k + 1/2) / rate seconds, so of a film with a constant rate it is its frame k.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/data/film_clip.hpp>
#include <adafuse/io/film.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Films are opened once to learn their extent, and again when frames are asked for: each thread
/// has films of its own.
class FilmClips : public Dataset {
 public:
  /// Throws IoError, FormatError for the first film that cannot be opened.
  explicit FilmClips(std::vector<FilmClip> clips, const FilmReading& reading = {})
      : clips_(std::move(clips)),
        options_{.pictures = reading.pictures,
                 .shorter_side = reading.shorter_side,
                 .threads = reading.threads},
        extents_(clips_.size()) {
    require<ValueError>(reading.threads >= 1, "FilmClips: threads are at least 1, got ",
                        reading.threads);
    io::FilmOptions looking = options_;
    looking.threads = 1;  // films are looked at side by side
    std::vector<std::exception_ptr> errors(clips_.size());
    parallel_for(std::ssize(clips_), 1, {}, [&](Index begin, Index end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) try {
          extents_[i] = io::Film(clips_[i].path, looking).info();
        } catch (...) {
          errors[i] = std::current_exception();
        }
    });
    for (const auto& error : errors)
      if (error) std::rethrow_exception(error);
  }

  const std::vector<FilmClip>& clips() const { return clips_; }
  /// What the film of a clip says of itself.
  const io::FilmInfo& info(Index clip) const { return extents_[number(clip)]; }

  Index size() const override { return std::ssize(clips_); }
  std::string name(Index clip) const override { return clips_[number(clip)].name; }
  Index frame_count(Index clip) const override { return info(clip).frame_count(); }
  /// The first label of the clip.
  std::int64_t label(Index clip) const override { return clips_[number(clip)].labels.front(); }
  std::vector<std::int64_t> labels(Index clip) const override {
    return clips_[number(clip)].labels;
  }

  std::string frame_name(Index clip, Index t) const override {
    return concat(clips_[number(clip)].path.string(), ": frame ", t);
  }
  std::filesystem::path place(Index clip) const override { return clips_[number(clip)].path; }
  Shape frame_size(Index clip) const override { return {info(clip).height, info(clip).width}; }

  Tensor<std::uint8_t> frame(Index clip, Index t) const override {
    return frames(clip, std::span(&t, 1)).front();
  }
  /// Decodes the frames in the order of time, whatever the order asked for, passing over what no
  /// frame needs. Throws IoError, FormatError.
  std::vector<Tensor<std::uint8_t>> frames(Index clip,
                                           std::span<const Index> positions) const override {
    std::vector<double> times;
    for (const Index t : positions) {
      require<ValueError>(0 <= t && t < frame_count(clip), io::in_quotes(name(clip)), ": frame ", t,
                          " is outside of its ", frame_count(clip));
      times.push_back(info(clip).time(t));
    }
    return io::Film(clips_[number(clip)].path, options_).at(times);
  }

  /// Decodes the film once.
  void each_frame(Index clip, const std::function<void(Index t, const Tensor<std::uint8_t>&)>& use)
      const override {
    io::Film film(clips_[number(clip)].path, options_);
    for (Index t = 0; t < frame_count(clip); ++t) use(t, film.at(info(clip).time(t)));
  }

 private:
  std::size_t number(Index clip) const {
    require<ValueError>(0 <= clip && clip < size(), "FilmClips: clip ", clip, " is outside of the ",
                        size());
    return static_cast<std::size_t>(clip);
  }

  std::vector<FilmClip> clips_;
  io::FilmOptions options_;
  std::vector<io::FilmInfo> extents_;
};

/// What DatasetOptions::films is to be for films to be read.
inline std::unique_ptr<const Dataset> open_films(std::vector<FilmClip> clips,
                                                 const FilmReading& reading) {
  return std::make_unique<FilmClips>(std::move(clips), reading);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
