// Lists of channels, frame by frame.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/live_lists.hpp>

namespace live_lists_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("live lists: hold the channels of each frame for which the predicate holds") {
  LiveLists lists(2, 7);
  lists.set(0, [](Index c) { return c % 3 == 1; });
  lists.set(1, [](Index) { return false; });
  CHECK(channel_count(lists.frames(), 0, 7) == 2);
  CHECK(lists.frames()[0].channel(0) == 1);
  CHECK(lists.frames()[0].channel(1) == 4);
  CHECK(channel_count(lists.frames(), 1, 7) == 0);
  lists.set(0, [](Index c) { return c == 6; });
  CHECK(lists.frames()[0].list().size() == 1);
  CHECK(lists.frames()[0].channel(0) == 6);
}

TEST_CASE("live lists: a list of everything is no list, so that kernels may merge frames") {
  LiveLists lists(1, 5);
  lists.set(0, [](Index) { return true; });
  CHECK(lists.frames()[0].all());
  CHECK(channel_count(lists.frames(), 0, 5) == 5);
}

TEST_CASE("live lists: a piece of a list, and of no lists") {
  LiveLists lists(1, 10);
  lists.set(0, [](Index c) { return c % 2 == 0; });
  const auto piece = channels_in(lists.frames(), 0, 3, 8);
  REQUIRE(piece.count == 2);
  CHECK(piece[0] == 4);
  CHECK(piece[1] == 6);
  CHECK(channels_in({}, 0, 3, 8).count == 5);
  CHECK(channels_in({}, 0, 3, 8)[0] == 3);
  CHECK(channel_count({}, 0, 10) == 10);
}

}  // namespace live_lists_test
