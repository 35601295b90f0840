// Both halves of a cached data set: what they give, and how often they ask for it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/cached_dataset.hpp>
#include <adafuse/data/loader.hpp>
#include <string>
#include <vector>

#include "made_up_clips.hpp"

namespace cached_dataset_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

struct MadeUpDataset {
  MadeUpClips train{5, 3, 4, 4}, val{2, 4, 6, 4};  // of 4 and of 6 rows
  std::vector<std::string> classes{"left", "right", "none"};
};

/// All frames, in order, as they are read.
void read_all(const Dataset& clips, const Dataset& expected) {
  REQUIRE(clips.size() == expected.size());
  for (Index clip = 0; clip < clips.size(); ++clip) {
    CHECK(clips.name(clip) == expected.name(clip));
    CHECK(clips.label(clip) == expected.label(clip));
    REQUIRE(clips.frame_count(clip) == expected.frame_count(clip));
    for (Index t = 0; t < clips.frame_count(clip); ++t) {
      const auto image = clips.frame(clip, t);
      CHECK(image(0, 0, 0) == clip);
      CHECK(image(0, 0, 1) == t);
    }
  }
}

}  // namespace

TEST_CASE("cached dataset: each half gives its own clips, each frame decoded once") {
  const MadeUpDataset source;
  const CachedDataset cached(source);
  CHECK(cached.classes == source.classes);
  for (int pass = 0; pass < 3; ++pass) {
    read_all(cached.train, source.train);
    read_all(cached.val, source.val);
    CHECK(source.train.decoded == 5 * 3);
    CHECK(source.val.decoded == 2 * 4);
  }
  CHECK(cached.train.frame(0, 0).shape() == Shape{4, 4, 3});
  CHECK(cached.val.frame(0, 0).shape() == Shape{6, 4, 3});
}

TEST_CASE("cached dataset: loaders that follow each other decode nothing anew") {
  const MadeUpDataset source;
  const CachedDataset cached(source);
  for (const int workers : {0, 2}) {
    // Without a cache of its own, a loader shows what the data set's does.
    const LoaderConfig config{.batch_size = 2, .frames = 3, .workers = workers, .cache_bytes = 0};
    const Loader loader(cached.train, config);
    for (Index epoch = 0; epoch < 2; ++epoch)
      for (const Batch& batch : loader.epoch(epoch)) CHECK(batch.labels.size() > 0);
    CHECK(source.train.decoded == 5 * 3);
  }
  CHECK(source.val.decoded == 0);
}

TEST_CASE("cached dataset: each half has the room that was asked for") {
  const MadeUpDataset source;
  const CachedDataset cached(source, 1000), none(source, 0);
  read_all(cached.train, source.train), read_all(cached.val, source.val);
  read_all(none.train, source.train), read_all(none.val, source.val);
  CHECK(cached.train.kept() == 3);  // 48 bytes of pixels and 256 around them, each
  CHECK(cached.val.kept() == 3);    // 72 bytes of pixels
  CHECK(none.train.kept() + none.val.kept() == 0);
}

}  // namespace cached_dataset_test
