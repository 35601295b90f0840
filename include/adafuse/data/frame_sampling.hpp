// Which frames of a clip are looked at: by segments, in a window of 64 frames, or evenly; drawn in
// training, fixed in tests, where several clips of one video may be taken.
//
//   segments  one frame of each of T equal segments [i n / T, (i+1) n / T): any in training; clip k
//             of K in a test takes the one at (k + 1/2) / K of each
//   dense     s, s + d, s + 2 d, ... (modulo n) with d = 64 / T, rounded down, at least 1: a window
//             of 64 frames that begins anywhere in training; K windows of a test begin at equal
//             distances from the first place to the last, one in the middle (TSM, after I3D)
//   uniform   i (n - 1) / (T - 1): from the first frame to the last, always the same
//   twice     two clips of a test: the middle of each segment, and its first frame (TSM); its
//             training is that of segments
//
// n frames in the clip, T are taken, numbers are rounded down.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/segment_sampling.hpp>
#include <adafuse/io/words.hpp>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Which frames are looked at: the table above.
enum class FrameSampling { segments, dense, uniform, twice };
inline constexpr std::string_view frame_sampling_words[] = {"segments", "dense", "uniform",
                                                            "twice"};
constexpr io::Words words_of(FrameSampling) { return {"sampling", frame_sampling_words}; }

/// The frames that a dense clip spans (TSM, Lin et al., 2019).
inline constexpr Index dense_window = 64;

/// The most clips that a test takes of one video.
inline constexpr Index most_test_clips = 100;

namespace detail {

/// Where the first frame of a window may lie: 0 ... starts - 1.
inline Index dense_starts(Index frame_count) {
  return std::max<Index>(1, frame_count - dense_window + 1);
}

inline std::vector<Index> dense_frames(Index frame_count, Index frames, Index start) {
  require_segments(frame_count, frames);
  const Index stride = std::max<Index>(1, dense_window / frames);
  std::vector<Index> chosen;
  for (Index i = 0; i < frames; ++i)
    chosen.push_back((start % frame_count + i * stride % frame_count) % frame_count);
  return chosen;
}

inline std::vector<Index> uniform_frames(Index frame_count, Index frames) {
  require_segments(frame_count, frames);
  std::vector<Index> chosen;
  for (Index i = 0; i < frames; ++i)
    chosen.push_back(frames == 1 ? (frame_count - 1) / 2 : scaled(frame_count - 1, i, frames - 1));
  return chosen;
}

}  // namespace detail

/// The frames of a training clip, counted from 0, in order.
inline std::vector<Index> drawn_frames(FrameSampling sampling, Index frame_count, Index frames,
                                       Key key) {
  switch (sampling) {
    case FrameSampling::dense:
      return detail::dense_frames(frame_count, frames,
                                  key.integer(0, detail::dense_starts(frame_count)));
    case FrameSampling::uniform:
      return detail::uniform_frames(frame_count, frames);
    case FrameSampling::segments:
    case FrameSampling::twice:
      break;
  }
  return sample_segments_at_random(frame_count, frames, key);
}

/// The frames of clip `number` of `count` of a test. Throws ValueError for a count that the
/// sampling does not have: twice has 1 (its first) or 2, uniform 1.
inline std::vector<Index> test_frames(FrameSampling sampling, Index frame_count, Index frames,
                                      Index number = 0, Index count = 1) {
  require<ValueError>(1 <= count && count <= most_test_clips && 0 <= number && number < count,
                      "clips: expects 1 to ", most_test_clips, ", got ", count);
  switch (sampling) {
    case FrameSampling::dense: {
      const Index last = detail::dense_starts(frame_count) - 1;
      return detail::dense_frames(frame_count, frames,
                                  count == 1 ? last / 2 : scaled(last, number, count - 1));
    }
    case FrameSampling::uniform:
      require<ValueError>(count == 1, "clips: with sampling uniform there is 1, got ", count);
      return detail::uniform_frames(frame_count, frames);
    case FrameSampling::twice:
      require<ValueError>(count <= 2, "clips: with sampling twice there are 2, got ", count);
      if (number == 0) return sample_segment_middles(frame_count, frames);
      return detail::one_of_each_segment(frame_count, frames,
                                         [&](Index i) { return scaled(frame_count, i, frames); });
    case FrameSampling::segments:
      break;
  }
  if (count == 1) return sample_segment_middles(frame_count, frames);
  require<ValueError>(frames <= Index{1} << 20, "clips: of at most 2^20 frames, got ", frames);
  return detail::one_of_each_segment(frame_count, frames, [&](Index i) {
    return scaled(frame_count, 2 * (count * i + number) + 1, 2 * count * frames);
  });
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
