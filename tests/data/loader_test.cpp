// Batches do not depend on the number of workers; errors arrive where they belong.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/loader.hpp>
#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include "made_up_clips.hpp"

namespace loader_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Bytes as they are: (x / 255 - 0) / (1 / 255).
const Normalisation bytes{{0, 0, 0}, {1 / 255.f, 1 / 255.f, 1 / 255.f}};

template <class T>
bool identical(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

std::vector<Batch> all_of(const Loader& loader, Index epoch) {
  std::vector<Batch> batches;
  for (const Batch& batch : loader.epoch(epoch)) batches.push_back(batch);
  return batches;
}

}  // namespace

TEST_CASE("loader: parts of a batch together are the batch") {
  const MadeUpClips clips(11, 9);
  const LoaderConfig config{.batch_size = 6, .frames = 2, .key = Key(3)};
  const auto whole = all_of(Loader(clips, config), 1);
  for (const Index pieces : {1, 2}) {
    CAPTURE(pieces);
    std::vector<std::vector<Batch>> parts;
    for (Index part = 0; part < 3; ++part) {
      auto own = config;
      own.share = {part, 3, pieces};
      parts.push_back(all_of(Loader(clips, own), 1));
      REQUIRE(parts.back().size() == whole.size());
    }
    for (std::size_t b = 0; b < whole.size(); ++b) {
      const Index n = whole[b].labels.size();
      for (Index piece = 0, at = 0; piece < pieces; ++piece) {
        const Index size = n * (piece + 1) / pieces - n * piece / pieces;
        const Index before = n * piece / pieces;
        for (Index part = 0; part < 3; ++part) {
          const auto& batch = parts[static_cast<std::size_t>(part)][b];
          Index from = 0;  // where this piece begins among the clips of this part
          for (Index p = 0; p < piece; ++p) {
            const Index s = n * (p + 1) / pieces - n * p / pieces;
            from += s * (part + 1) / 3 - s * part / 3;
          }
          const Index count = size * (part + 1) / 3 - size * part / 3;
          for (Index i = 0; i < count; ++i, ++at) {
            CHECK(batch.indices[static_cast<std::size_t>(from + i)] ==
                  whole[b].indices[static_cast<std::size_t>(at)]);
            CHECK(identical(batch.clips[from + i], whole[b].clips[at]));
          }
        }
        CHECK(at == before + size);
      }
    }
  }
}

TEST_CASE("loader: a part of a small batch may have no clip") {
  const MadeUpClips clips(5, 9);
  const LoaderConfig config{.batch_size = 4, .frames = 2, .shuffle = false, .share = {0, 2}};
  const auto batches = all_of(Loader(clips, config), 0);
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].indices == std::vector<Index>{0, 1});
  CHECK(batches[1].indices.empty());
  CHECK_FALSE(batches[1].clips.defined());
  CHECK_THROWS_WITH_AS(Loader(clips, LoaderConfig{.share = {2, 2}}),
                       "Loader: there is no part 2 of 2 of each of 1 pieces", ValueError);
}

TEST_CASE("loader: a batch holds what its indices say") {
  const MadeUpClips clips(10, 9);
  const Loader loader(clips, {.batch_size = 4, .frames = 3, .normalisation = bytes, .key = Key(1)});
  CHECK(loader.batches() == 3);
  std::multiset<Index> seen;
  Index number = 0;
  for (const Batch& batch : loader.epoch(0)) {
    const Index n = number++ < 2 ? 4 : 2;
    REQUIRE(batch.clips.shape() == Shape{n, 3, 3, 4, 4});
    REQUIRE(batch.labels.shape() == Shape{n});
    REQUIRE(std::ssize(batch.indices) == n);
    for (Index i = 0; i < n; ++i) {
      const Index clip = batch.indices[static_cast<std::size_t>(i)];
      seen.insert(clip);
      CHECK(batch.labels(i) == clip % 3);
      for (Index t = 0; t < 3; ++t) {
        CHECK(batch.clips(i, t, 0, 1, 2) == doctest::Approx(static_cast<double>(clip)));
        CHECK(batch.clips(i, t, 1, 1, 2) >= 3 * static_cast<float>(t) - 0.01f);  // segment t
        CHECK(batch.clips(i, t, 1, 1, 2) <= 3 * static_cast<float>(t) + 2.01f);
        CHECK(batch.clips(i, t, 2, 1, 2) == doctest::Approx(2));
      }
    }
  }
  CHECK(number == 3);
  CHECK(seen == std::multiset<Index>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("loader: batches are the same bits for any number of workers") {
  const MadeUpClips clips(23, 20);
  for (const bool shuffle : {false, true}) {
    LoaderConfig config{.batch_size = 5, .frames = 4, .shuffle = shuffle, .flip = true};
    config.key = Key(7);
    config.workers = 0;
    const auto expected = all_of(Loader(clips, config), 2);
    for (const int workers : {1, 2, 3, 8}) {
      config.workers = workers;
      config.prefetch = workers;
      config.cache_bytes = workers == 2 ? 0 : 10000;
      const auto batches = all_of(Loader(clips, config), 2);
      REQUIRE(batches.size() == expected.size());
      for (std::size_t b = 0; b < batches.size(); ++b) {
        CHECK(batches[b].indices == expected[b].indices);
        CHECK(identical(batches[b].clips, expected[b].clips));
        CHECK(identical(batches[b].labels, expected[b].labels));
      }
    }
  }
}

TEST_CASE("loader: the parts of those that share a batch are the batch, side by side") {
  const MadeUpClips clips(23, 20);
  LoaderConfig config{.batch_size = 6, .frames = 4, .key = Key(7)};
  const auto whole = all_of(Loader(clips, config), 1);
  for (const Index parts : {2, 3}) {
    std::vector<Index> next(whole.size());
    for (Index part = 0; part < parts; ++part) {
      config.share = {part, parts};
      const auto own = all_of(Loader(clips, config), 1);
      REQUIRE(own.size() == whole.size());
      for (std::size_t b = 0; b < own.size(); ++b) {
        const Index n = own[b].labels.size(), first = own[b].first;
        CHECK(own[b].whole == whole[b].labels.size());
        REQUIRE(first == next[b]);
        next[b] += n;
        CHECK(identical(own[b].clips, whole[b].clips.narrow(first, first + n).clone()));
        CHECK(identical(own[b].labels, whole[b].labels.narrow(first, first + n).clone()));
      }
    }
    for (std::size_t b = 0; b < whole.size(); ++b) CHECK(next[b] == whole[b].labels.size());
  }
}

TEST_CASE("loader: what one has decoded serves the others of a cache") {
  const MadeUpClips clips(6, 4);
  const FrameCache cache(clips, 1 << 20);
  const LoaderConfig config{.batch_size = 3, .frames = 4, .sampling = Sampling::middle};
  const auto first = all_of(Loader(cache, config), 0), second = all_of(Loader(cache, config), 0);
  CHECK(clips.decoded == 24);
  REQUIRE(first.size() == second.size());
  for (std::size_t b = 0; b < first.size(); ++b) CHECK(identical(first[b].clips, second[b].clips));
}

TEST_CASE("loader: epochs and keys differ, and an epoch can be asked for again") {
  const MadeUpClips clips(30, 5);
  const Loader loader(clips, {.key = Key(1)}), other(clips, {.key = Key(2)});
  CHECK(loader.order(0) == loader.order(0));
  CHECK(loader.order(0) != loader.order(1));
  CHECK(loader.order(0) != other.order(0));
  const auto first = all_of(loader, 3), again = all_of(loader, 3);
  CHECK(identical(first[0].clips, again[0].clips));
  auto sorted = loader.order(5);
  std::sort(sorted.begin(), sorted.end());
  for (Index i = 0; i < 30; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("loader: every clip is as likely as any other to come first") {
  const MadeUpClips clips(4, 1);
  const Loader loader(clips, {.key = Key(3)});
  std::vector<int> first(4), last(4);
  for (Index e = 0; e < 4000; ++e) {
    const auto order = loader.order(e);
    ++first[static_cast<std::size_t>(order.front())];
    ++last[static_cast<std::size_t>(order.back())];
  }
  for (const int count : first) CHECK(std::abs(count - 1000) < 120);  // 4 deviations
  for (const int count : last) CHECK(std::abs(count - 1000) < 120);
}

TEST_CASE("loader: evaluation is in order, by middle frames, without chance") {
  const MadeUpClips clips(5, 6);
  const Loader loader(clips, {.batch_size = 2,
                              .frames = 3,
                              .sampling = Sampling::middle,
                              .shuffle = false,
                              .normalisation = bytes});
  Index next = 0;
  for (const Batch& batch : loader.epoch(9))
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      CHECK(batch.indices[i] == next++);
      for (Index t = 0; t < 3; ++t)
        CHECK(batch.clips(static_cast<Index>(i), t, 1, 0, 0) ==
              doctest::Approx(static_cast<double>(2 * t + 1)));
    }
  CHECK(next == 5);
}

TEST_CASE("loader: a last batch that is not full can be left out") {
  const MadeUpClips clips(10, 2);
  CHECK(all_of(Loader(clips, {.batch_size = 4, .drop_last = true}), 0).size() == 2);
  CHECK(all_of(Loader(clips, {.batch_size = 5, .drop_last = true}), 0).size() == 2);
  CHECK(all_of(Loader(clips, {.batch_size = 11, .drop_last = true}), 0).empty());
}

TEST_CASE("loader: a batch may be larger than any data set, and so may what is kept ready") {
  const MadeUpClips clips(10, 2);
  const Index most = std::numeric_limits<Index>::max();
  const auto batches = all_of(Loader(clips, {.batch_size = most, .prefetch = most}), 0);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].labels.size() == 10);
}

TEST_CASE("loader: a clip is mirrored whole or not at all, about every other one") {
  const MadeUpClips clips(200, 5);
  const Loader loader(clips, {.frames = 5, .flip = true, .normalisation = bytes, .key = Key(4)});
  int mirrored = 0;
  for (const Batch& batch : loader.epoch(0))
    for (Index i = 0; i < batch.clips.size(0); ++i) {
      const bool first = batch.clips(i, 0, 2, 0, 0) > 2;  // column 3 in column 0's place
      mirrored += first;
      for (Index t = 1; t < 5; ++t) CHECK((batch.clips(i, t, 2, 0, 0) > 2) == first);
    }
  CHECK(mirrored > 60);
  CHECK(mirrored < 140);
}

TEST_CASE("loader: frames are brought to the size asked for") {
  const MadeUpClips clips(3, 2, 20, 30);
  const auto plain = all_of(Loader(clips, {.frames = 2}), 0);
  CHECK(plain[0].clips.shape() == Shape{3, 2, 3, 20, 30});
  const auto cropped = all_of(Loader(clips, {.frames = 2, .size = 8}), 0);
  CHECK(cropped[0].clips.shape() == Shape{3, 2, 3, 8, 8});
  const auto middle = all_of(Loader(clips, {.frames = 2, .size = 8, .shorter_side = 10}), 0);
  CHECK(middle[0].clips.shape() == Shape{3, 2, 3, 8, 8});
  CHECK(!identical(cropped[0].clips, middle[0].clips));
}

TEST_CASE("loader: the second epoch decodes nothing") {
  const MadeUpClips clips(8, 4);
  const Loader loader(clips, {.frames = 4});
  all_of(loader, 0);
  const Index after_first = clips.decoded;
  CHECK(after_first == 32);
  all_of(loader, 1);
  CHECK(clips.decoded == after_first);
}

TEST_CASE("loader: what goes wrong in a worker is thrown where its batch would have been") {
  for (const int workers : {0, 1, 3}) {
    MadeUpClips clips(12, 2);
    clips.broken = 7;
    const Loader loader(clips, {.batch_size = 2, .shuffle = false, .workers = workers});
    Index batches = 0;
    const auto run = [&] {
      for (const Batch& batch : loader.epoch(0)) batches += batch.labels.size() > 0;
    };
    CHECK_THROWS_WITH_AS(run(), "clip7: frame 0 is missing", IoError);
    CHECK(batches == 3);
  }
}

TEST_CASE("loader: frames of different sizes in one batch are told by clip") {
  MadeUpClips clips(4, 2);
  clips.larger = 2;
  const Loader loader(clips, {.frames = 2, .shuffle = false});
  CHECK_THROWS_WITH_AS(all_of(loader, 0), doctest::Contains(": is 5x4, other frames are 4x4"),
                       ShapeError);
  CHECK(all_of(Loader(clips, {.frames = 2, .size = 4}), 0).size() == 1);
}

TEST_CASE("loader: an epoch may be left in the middle, and its batches kept") {
  const MadeUpClips clips(500, 4);
  const Loader loader(clips, {.batch_size = 2, .frames = 4, .workers = 3});
  Batch kept;
  for (const Batch& batch : loader.epoch(0)) {
    kept = batch;
    break;
  }
  const auto before = kept.clips.clone();
  CHECK(all_of(loader, 1).size() == 250);
  CHECK(identical(kept.clips, before));
}

TEST_CASE("loader: configurations that make no sense are refused") {
  const MadeUpClips clips(4, 4);
  const auto make = [&](const LoaderConfig& config) { const Loader loader(clips, config); };
  CHECK_THROWS_AS(make({.batch_size = 0}), ValueError);
  CHECK_THROWS_AS(make({.frames = 0}), ValueError);
  CHECK_THROWS_AS(make({.size = -1}), ValueError);
  CHECK_THROWS_AS(make({.shorter_side = 8}), ValueError);
  CHECK_THROWS_AS(make({.size = 8, .shorter_side = 7}), ValueError);
  CHECK_THROWS_AS(make({.normalisation = {{0, 0, 0}, {1, 0, 1}}}), ValueError);
  CHECK_THROWS_AS(make({.workers = -1}), ValueError);
  CHECK_THROWS_AS(make({.prefetch = 0}), ValueError);
}

}  // namespace loader_test
