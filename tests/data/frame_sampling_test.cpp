// Dense, uniform, twice, and several clips of a test: by the authors' loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/frame_sampling.hpp>
#include <algorithm>
#include <limits>
#include <set>

namespace frame_sampling_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// The clips of TSM's dense test: places of numpy.linspace(0, n - 64, count, dtype=int), and
/// strides of 64 // T, modulo n.
std::vector<std::vector<Index>> naive_dense_test(Index n, Index frames, Index count) {
  const Index places = std::max<Index>(1, 1 + n - 64);
  std::vector<std::vector<Index>> clips;
  for (Index k = 0; k < count; ++k) {
    const auto start =
        static_cast<Index>(static_cast<double>(k * (places - 1)) / static_cast<double>(count - 1));
    std::vector<Index> clip;
    for (Index i = 0; i < frames; ++i) clip.push_back((i * (64 / frames) + start) % n);
    clips.push_back(clip);
  }
  return clips;
}

}  // namespace

TEST_CASE("sampling: segments are as they were") {
  for (std::uint64_t k = 0; k < 20; ++k)
    CHECK(drawn_frames(FrameSampling::segments, 37, 8, Key(k)) ==
          sample_segments_at_random(37, 8, Key(k)));
  CHECK(test_frames(FrameSampling::segments, 37, 8) == sample_segment_middles(37, 8));
}

TEST_CASE("sampling: dense tests take windows at equal distances") {
  for (const Index n : {64, 65, 200, 40, 7})
    for (const Index frames : {8, 16}) {
      const auto expected = naive_dense_test(n, frames, 10);
      for (Index k = 0; k < 10; ++k)
        CHECK(test_frames(FrameSampling::dense, n, frames, k, 10) ==
              expected[static_cast<std::size_t>(k)]);
    }
  CHECK(test_frames(FrameSampling::dense, 84, 4) == std::vector<Index>{10, 26, 42, 58});
}

TEST_CASE("sampling: a dense training clip begins anywhere, and strides by 64 / T") {
  std::set<Index> starts;
  for (std::uint64_t k = 0; k < 400; ++k) {
    const auto chosen = drawn_frames(FrameSampling::dense, 70, 8, Key(k));
    starts.insert(chosen[0]);
    for (std::size_t i = 1; i < 8; ++i) CHECK(chosen[i] == chosen[i - 1] + 8);
  }
  CHECK(starts == std::set<Index>{0, 1, 2, 3, 4, 5, 6});
  // More frames than the window has are neighbours; what lies behind the end begins anew.
  CHECK(drawn_frames(FrameSampling::dense, 3, 4, Key(1)) == std::vector<Index>{0, 1, 2, 0});
  CHECK(drawn_frames(FrameSampling::dense, 100, 128, Key(1)).size() == 128);
}

TEST_CASE("sampling: uniform goes from the first frame to the last") {
  for (const std::uint64_t k : {1, 2})
    CHECK(drawn_frames(FrameSampling::uniform, 10, 4, Key(k)) == std::vector<Index>{0, 3, 6, 9});
  CHECK(test_frames(FrameSampling::uniform, 3, 5) == std::vector<Index>{0, 0, 1, 1, 2});
  CHECK(test_frames(FrameSampling::uniform, 9, 1) == std::vector<Index>{4});
}

TEST_CASE("sampling: twice is the middles of the segments, and their first frames") {
  // TSM: int(tick / 2 + tick * x) and int(tick * x) with tick = n / T.
  CHECK(test_frames(FrameSampling::twice, 30, 4, 0, 2) == std::vector<Index>{3, 11, 18, 26});
  CHECK(test_frames(FrameSampling::twice, 30, 4, 1, 2) == std::vector<Index>{0, 7, 15, 22});
}

TEST_CASE("sampling: clips of a test divide every segment") {
  // Segments of 12 frames, three clips: at 1/6, 3/6, 5/6.
  CHECK(test_frames(FrameSampling::segments, 24, 2, 0, 3) == std::vector<Index>{2, 14});
  CHECK(test_frames(FrameSampling::segments, 24, 2, 1, 3) == std::vector<Index>{6, 18});
  CHECK(test_frames(FrameSampling::segments, 24, 2, 2, 3) == std::vector<Index>{10, 22});
}

TEST_CASE("sampling: every frame is one of the clip's, whatever its length") {
  for (const Index n : {Index{1}, Index{2}, Index{63}, std::numeric_limits<Index>::max()})
    for (const Index frames : {1, 8, 100})
      for (const auto sampling : {FrameSampling::segments, FrameSampling::dense,
                                  FrameSampling::uniform, FrameSampling::twice})
        for (const auto& chosen :
             {drawn_frames(sampling, n, frames, Key(1)), test_frames(sampling, n, frames)}) {
          CHECK(std::ssize(chosen) == frames);
          for (const Index t : chosen) CHECK((0 <= t && t < n));
        }
}

TEST_CASE("sampling: clips that there are not are refused") {
  CHECK_THROWS_AS(test_frames(FrameSampling::segments, 9, 3, 0, 0), ValueError);
  CHECK_THROWS_AS(test_frames(FrameSampling::segments, 9, 3, 0, 101), ValueError);
  CHECK_THROWS_AS(test_frames(FrameSampling::uniform, 9, 3, 0, 2), ValueError);
  CHECK_THROWS_AS(test_frames(FrameSampling::twice, 9, 3, 0, 3), ValueError);
  CHECK_THROWS_AS(test_frames(FrameSampling::dense, 0, 3), ValueError);
}

}  // namespace frame_sampling_test
