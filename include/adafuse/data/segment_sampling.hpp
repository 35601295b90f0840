// Which frames stand for a clip: T equal segments, one frame from each (TSN sampling).
//
// Segment i of n frames is [i n / T, (i+1) n / T), rounded down, so the segments cover the clip and
// differ by one frame at most. A clip of fewer than T frames is taken whole and its last frame
// repeated. Other ways of sampling are further functions of (frame_count, frames, key).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// How a loader chooses frames: training draws them, evaluation takes the middle ones.
enum class Sampling { random, middle };

namespace detail {

inline void require_segments(Index frame_count, Index frames) {
  require<ValueError>(frame_count >= 1,
                      "segment sampling: expected a clip of at least 1 frame, got ", frame_count);
  require<ValueError>(1 <= frames && frames <= Index{1} << 30,
                      "segment sampling: expected at least 1 segment and at most 2^30, got ",
                      frames);
}

template <class Pick>
std::vector<Index> one_of_each_segment(Index frame_count, Index frames, const Pick& pick) {
  require_segments(frame_count, frames);
  std::vector<Index> chosen(static_cast<std::size_t>(frames));
  for (Index i = 0; i < frames; ++i)
    chosen[static_cast<std::size_t>(i)] =
        frame_count < frames ? std::min(i, frame_count - 1) : pick(i);
  return chosen;
}

}  // namespace detail

/// A random frame of each segment, counted from 0, in order.
inline std::vector<Index> sample_segments_at_random(Index frame_count, Index frames, Key key) {
  return detail::one_of_each_segment(frame_count, frames, [&](Index i) {
    const Index begin = scaled(frame_count, i, frames), end = scaled(frame_count, i + 1, frames);
    return begin + key.integer(static_cast<std::uint64_t>(i), end - begin);
  });
}

/// The middle frame of each segment, counted from 0: (i + 1/2) n / T, rounded down.
inline std::vector<Index> sample_segment_middles(Index frame_count, Index frames) {
  return detail::one_of_each_segment(
      frame_count, frames, [&](Index i) { return scaled(frame_count, 2 * i + 1, 2 * frames); });
}

/// The frames that `sampling` chooses; `key` matters only to random ones.
inline std::vector<Index> sample_frames(Sampling sampling, Index frame_count, Index frames,
                                        Key key) {
  return sampling == Sampling::random ? sample_segments_at_random(frame_count, frames, key)
                                      : sample_segment_middles(frame_count, frames);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
