// The cache gives what the data set gives, within its bytes, from many threads.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/frame_cache.hpp>
#include <thread>
#include <vector>

#include "made_up_clips.hpp"

namespace frame_cache_test {

using namespace adafuse;
using namespace adafuse::data;

TEST_CASE("frame cache: the same clips, each frame decoded once") {
  const MadeUpClips clips(5, 3);
  const FrameCache cache(clips, 1 << 20);
  CHECK(cache.size() == 5);
  CHECK(cache.name(2) == "clip2");
  CHECK(cache.frame_count(2) == 3);
  CHECK(cache.label(4) == 1);
  for (int pass = 0; pass < 3; ++pass)
    for (Index clip = 0; clip < 5; ++clip)
      for (Index t = 0; t < 3; ++t) {
        CHECK(cache.frame(clip, t)(0, 0, 0) == clip);
        CHECK(cache.frame(clip, t)(0, 0, 1) == t);
      }
  CHECK(clips.decoded == 15);
  CHECK(cache.kept() == 15);
}

TEST_CASE("frame cache: the size of a clip's pictures is asked for once") {
  const MadeUpClips clips(2, 3, 5, 7);
  const FrameCache cache(clips, 0);
  for (int pass = 0; pass < 3; ++pass) CHECK(cache.frame_size(1) == Shape{5, 7});
  CHECK(clips.decoded == 1);
}

TEST_CASE("frame cache: several frames of a clip, of which only the missing are asked for") {
  const MadeUpClips clips(5, 6);
  const FrameCache cache(clips, 1 << 20);
  CHECK(cache.frame(2, 3)(0, 0, 1) == 3);
  const std::vector<Index> positions = {5, 3, 0, 5};
  for (int pass = 0; pass < 2; ++pass) {
    const auto frames = cache.frames(2, positions);
    REQUIRE(frames.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(frames[i](0, 0, 0) == 2);
      CHECK(frames[i](0, 0, 1) == positions[i]);
    }
  }
  CHECK(clips.decoded == 3);
  CHECK(cache.kept() == 3);
}

TEST_CASE("frame cache: the room is a bound, and no room is no cache") {
  const MadeUpClips clips(5, 3);
  const FrameCache some(clips, 1000), none(clips, 0);
  for (int pass = 0; pass < 2; ++pass)
    for (Index clip = 0; clip < 5; ++clip) {
      CHECK(some.frame(clip, 0)(0, 0, 0) == clip);
      CHECK(none.frame(clip, 0)(0, 0, 0) == clip);
    }
  CHECK(some.kept() == 3);  // 48 bytes of pixels and 256 around them, each
  CHECK(none.kept() == 0);
}

TEST_CASE("frame cache: many threads may ask at once") {
  const MadeUpClips clips(20, 4);
  const FrameCache cache(clips, 8000);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int pass = 0; pass < 20; ++pass)
        for (Index clip = 0; clip < 20; ++clip)
          if (cache.frame(clip, clip % 4)(1, 1, 0) != clip) ++wrong;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace frame_cache_test
