// Which channels live in any of some frames.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/shared/united_channels.hpp>

namespace united_channels_test {

using namespace adafuse;
using namespace adafuse::kernels;

std::vector<Index> numbers(const ChannelList& channels) {
  std::vector<Index> all;
  for (Index i = 0; i < channels.count; ++i) all.push_back(channels[i]);
  return all;
}

TEST_CASE("united channels: those of any frame, and which frames have them") {
  const std::vector<std::int32_t> first{1, 4}, second{4, 6}, none;
  const std::vector<LiveChannels> frames{LiveChannels(first), LiveChannels(second),
                                         LiveChannels(none)};
  UnitedChannels united;
  united.set_lists(frames, 3, 8);
  CHECK(numbers(united.of_any()) == std::vector<Index>{1, 4, 6});
  CHECK(numbers(united.of_any(4, 4)) == std::vector<Index>{4, 6});
  CHECK(united.of_any(4, 4).list == united.of_any().list + 1);
  CHECK(numbers(united.of_frame(1)) == std::vector<Index>{4, 6});
  REQUIRE(united.lives() != nullptr);
  for (Index n = 0; n < 3; ++n)
    for (Index c = 0; c < 8; ++c) {
      const auto live = numbers(united.of_frame(n));
      const bool expected = std::ranges::find(live, c) != live.end();
      CHECK(united.is_live(n, c) == expected);
      CHECK(bool{united.lives()[n * 8 + c] != 0} == expected);
    }
}

TEST_CASE("united channels: frames with the same list need not be told apart") {
  const std::vector<std::int32_t> list{0, 2};
  const std::vector<LiveChannels> frames(2, LiveChannels(list));
  UnitedChannels united;
  united.set_lists(frames, 2, 5);
  CHECK(united.lives() == nullptr);
  CHECK(numbers(united.of_any()) == std::vector<Index>{0, 2});
  CHECK_FALSE(united.is_live(1, 1));  // Not one of them.
}

TEST_CASE("united channels: one frame with all of them has all; none have none") {
  const std::vector<std::int32_t> list{0, 2}, nothing;
  const std::vector<LiveChannels> frames{LiveChannels(list), {}}, none(2, LiveChannels(nothing));
  UnitedChannels united;
  united.set_lists(frames, 2, 5);
  CHECK(united.of_any().count == 5);
  CHECK(united.is_live(1, 1));
  CHECK_FALSE(united.is_live(0, 1));
  united.set_lists(none, 2, 5);
  CHECK(united.of_any().count == 0);
  CHECK_FALSE(united.is_live(0, 0));
  united.set_lists({}, 2, 5);
  CHECK(united.of_any().count == 5);
  CHECK(united.is_live(1, 4));
  CHECK(united.lives() == nullptr);
}

}  // namespace united_channels_test
