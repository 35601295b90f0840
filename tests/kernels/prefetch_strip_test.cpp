// PrefetchStrip: what is fetched beside which block of rows.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/direct/prefetch_strip.hpp>
#include <numeric>

namespace prefetch_strip_test {

using namespace adafuse;
using namespace adafuse::kernels;

/// What a tile with so many channels fetches in each of the blocks, as it would.
std::vector<Index> fetched(const PrefetchStrip& strip, Index blocks, Index channels) {
  std::vector<Index> offsets;
  for (Index block = 0; block < blocks; ++block) {
    const auto share = strip.share(block);
    if (share.offsets)
      for (Index i = 0; i < channels; i += share.every)
        offsets.push_back(share.offsets[i / share.every]);
  }
  return offsets;
}

TEST_CASE("next strip: each live channel is fetched once, in order") {
  const Images images{.pixels = nullptr, .channel = 100, .offsets = nullptr};
  PrefetchStrip strip;
  for (const Index taps : {1, 9})
    for (const Index blocks : {1, 2, 5, 8, 30})
      for (const Index count : {1, 7, 40}) {
        CAPTURE(taps);
        CAPTURE(blocks);
        CAPTURE(count);
        const Index channels = 40;  // That this strip reads.
        strip.set_channels(images, 5000, {nullptr, 64, count}, 40);
        strip.spread(blocks, channels, taps);
        auto offsets = fetched(strip, blocks, channels);
        REQUIRE(std::ssize(offsets) >= count);
        for (Index i = 0; i < count; ++i)
          CHECK(offsets[static_cast<std::size_t>(i)] == 5000 + 100 * i);
        // What fills the last share up is the tile's own place, which is near.
        for (Index i = count; i < std::ssize(offsets); ++i)
          CHECK(offsets[static_cast<std::size_t>(i)] == 0);
        if (taps == 9) CHECK(strip.share(1).offsets == nullptr);
        if (taps == 1 && count == 40) CHECK(strip.share(0).every == std::min<Index>(blocks, 8));
      }
}

TEST_CASE("next strip: the channels of a list, and all phases of each") {
  const std::int32_t list[] = {3, 4, 9};
  const Images images{
      .pixels = nullptr, .channel = 100, .offsets = nullptr, .phases = 2, .phase_size = 30};
  PrefetchStrip strip;
  strip.set_channels(images, -7, {list, 3, 3}, 12);
  strip.spread(1, 6, 4);
  CHECK(fetched(strip, 1, 6) == std::vector<Index>{-7, 23, 93, 123, 593, 623});
}

TEST_CASE("next strip: more to fetch than turns for it, or nothing") {
  const Images images{.pixels = nullptr, .channel = 1, .offsets = nullptr};
  PrefetchStrip strip;
  strip.set_channels(images, 0, {nullptr, 0, 20}, 20);
  strip.spread(2, 4, 1);
  std::vector<Index> first(8);
  std::iota(first.begin(), first.end(), 0);
  CHECK(fetched(strip, 2, 4) == first);

  strip.set_channels(images, 0, {nullptr, 0, 20}, 20);
  strip.spread(2, 0, 1);  // No channels, no turns.
  CHECK(fetched(strip, 2, 0).empty());
  strip.clear();
  strip.spread(3, 10, 1);
  CHECK(strip.share(0).offsets == nullptr);
}

}  // namespace prefetch_strip_test
