// One frame of each segment: random ones inside of it, middles in the middle.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/segment_sampling.hpp>
#include <limits>
#include <set>
#include <vector>

namespace segment_sampling_test {

using namespace adafuse;
using namespace adafuse::data;

TEST_CASE("segments: the middle of each") {
  CHECK(sample_segment_middles(80, 8) == std::vector<Index>{5, 15, 25, 35, 45, 55, 65, 75});
  CHECK(sample_segment_middles(10, 1) == std::vector<Index>{5});
  CHECK(sample_segment_middles(9, 1) == std::vector<Index>{4});
}

TEST_CASE(
    "segments: a clip of exactly T frames is taken as it is, a shorter one repeats its last") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    CHECK(sample_segments_at_random(4, 4, Key(seed)) == std::vector<Index>{0, 1, 2, 3});
    CHECK(sample_segments_at_random(2, 5, Key(seed)) == std::vector<Index>{0, 1, 1, 1, 1});
  }
  CHECK(sample_segment_middles(4, 4) == std::vector<Index>{0, 1, 2, 3});
  CHECK(sample_segment_middles(1, 3) == std::vector<Index>{0, 0, 0});
}

TEST_CASE("segments: each choice lies in its own segment, and each frame can be chosen") {
  for (const Index frames : {1, 3, 8})
    for (const Index count : {8, 13, 31}) {
      std::set<Index> seen;
      for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const auto chosen = sample_segments_at_random(count, frames, Key(seed));
        for (Index i = 0; i < frames; ++i) {
          const Index at = chosen[static_cast<std::size_t>(i)];
          CHECK(at >= i * count / frames);
          CHECK(at < (i + 1) * count / frames);
          seen.insert(at);
        }
        if (seed == 0) CHECK(chosen == sample_frames(Sampling::random, count, frames, Key(0)));
      }
      CHECK(std::ssize(seen) == count);
      const auto middle = sample_frames(Sampling::middle, count, frames, Key(0));
      for (Index i = 0; i < frames; ++i) {
        // Frame m lasts from m to m + 1, and the segment's middle lies in it.
        const Index m = middle[static_cast<std::size_t>(i)], twice_middle = (2 * i + 1) * count;
        CHECK(2 * frames * m <= twice_middle);
        CHECK(twice_middle < 2 * frames * (m + 1));
      }
    }
}

TEST_CASE("segments: no frames to sample is an error") {
  CHECK_THROWS_AS(sample_segment_middles(0, 4), ValueError);
  CHECK_THROWS_AS(sample_segments_at_random(4, 0, Key(0)), ValueError);
}

TEST_CASE("segments: frame counts up to the end of the type") {
  for (const Index count : {(Index{1} << 60) + 7, std::numeric_limits<Index>::max()}) {
    const auto middles = sample_segment_middles(count, 8);
    const auto drawn = sample_segments_at_random(count, 8, Key(1));
    for (std::size_t i = 0; i < 8; ++i) {
      const Index segment = count / 8;  // of 8 that differ by one at most
      CHECK(std::abs(middles[i] - (static_cast<Index>(i) * segment + segment / 2)) <= 8);
      CHECK(drawn[i] >= static_cast<Index>(i) * segment);
      CHECK(drawn[i] - static_cast<Index>(i) * segment <= segment + 8);
    }
  }
  CHECK_THROWS_AS(sample_segment_middles(5, std::numeric_limits<Index>::max()), ValueError);
}

}  // namespace segment_sampling_test
