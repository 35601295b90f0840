// The checker reads every frame of every clip and tells all that is wrong.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/check_clips.hpp>

#include "made_up_clips.hpp"

namespace check_clips_test {

using namespace adafuse;
using namespace adafuse::data;

TEST_CASE("check clips: what cannot be read, odd sizes, and the rest is read all the same") {
  MadeUpClips train(6, 2), val(1, 2, 8, 4);
  train.broken = 2;
  train.larger = 4;
  ClipChecker checker({"x", "y", "z"});
  checker.add(true, train);
  checker.add(false, val);
  const auto checked = checker.finish();
  CHECK(checked.clips == 7);
  CHECK(checked.classes == 3);
  CHECK(checked.frames == 12);
  CHECK(checked.problems == std::vector<std::string>{"clip2: frame 0 is missing",
                                                     "clip4: is 5x4, most clips are 4x4",
                                                     "clip0: is 8x4, most clips are 4x4",
                                                     "class \"y\" has no clip to validate on",
                                                     "class \"z\" has no clip to validate on"});
}

TEST_CASE("check clips: the same clip on both sides") {
  const MadeUpClips train(2, 2), val(3, 2);
  ClipChecker checker({"x", "y", "z"});
  checker.add(true, train);
  checker.add(false, val);
  const auto checked = checker.finish();
  CHECK(checked.problems ==
        std::vector<std::string>{"clip0: is the same as clip0, which is trained on",
                                 "clip1: is the same as clip1, which is trained on",
                                 "class \"z\" has no clip to train on"});
}

}  // namespace check_clips_test
