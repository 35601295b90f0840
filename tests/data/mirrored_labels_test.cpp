// Which classes change places in a mirror.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/mirrored_labels.hpp>

namespace mirrored_labels_test {

using namespace adafuse;
using namespace adafuse::data;

using Labels = std::vector<std::int64_t>;

TEST_CASE("mirrored labels: the pairs of Something-Something and Jester follow from their names") {
  CHECK(mirrored_labels({"Pulling [something] from left to right", "Opening something",
                         "Pulling [something] from right to left",
                         "Turning the camera left while filming something",
                         "Turning the camera right while filming something"}) ==
        Labels{2, 1, 0, 4, 3});
  CHECK(mirrored_labels({"Swiping Left", "Swiping Right", "Turning Hand Clockwise",
                         "Turning Hand Counterclockwise", "Thumb Up"}) == Labels{1, 0, 3, 2, 4});
}

TEST_CASE("mirrored labels: words are found however they are joined") {
  CHECK(mirrored_labels({"swipe_left", "swipe_right", "up"}) == Labels{1, 0, 2});
  CHECK(mirrored_labels({"SwipeLeft2", "SwipeRight2"}) == Labels{1, 0});
  CHECK(mirrored_labels({"turn-clockwise", "turn counter-clockwise"}) == Labels{1, 0});
  CHECK(mirrored_labels({"anticlockwise", "Clockwise"}) == Labels{1, 0});
  CHECK(mirrored_labels({"leftwards", "RIGHTWARDS", "lefthand", "righthand"}) ==
        Labels{1, 0, 3, 2});
}

TEST_CASE("mirrored labels: what only contains such a word stays") {
  CHECK(mirrored_labels({"bright", "cleft", "upright", "counter"}) == Labels{0, 1, 2, 3});
}

TEST_CASE("mirrored labels: a class without a counterpart is refused by its name") {
  CHECK_THROWS_WITH_AS(mirrored_labels({"walk", "turn left"}),
                       "class \"turn left\" says left or right, and no class is its counterpart in "
                       "a mirror",
                       ValueError);
  CHECK_THROWS_AS(mirrored_labels({"go left", "go right", "go_right"}), ValueError);
}

}  // namespace mirrored_labels_test
