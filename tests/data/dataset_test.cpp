// A data set is whatever answers five questions about its clips.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/dataset.hpp>

#include "made_up_clips.hpp"

namespace dataset_test {

using namespace adafuse;

TEST_CASE("dataset: a new kind of data set needs five functions") {
  const data::MadeUpClips clips(7, 3);
  const data::Dataset& dataset = clips;
  CHECK(dataset.size() == 7);
  CHECK(dataset.frame_count(6) == 3);
  CHECK(dataset.label(5) == 2);
  CHECK(dataset.name(5) == "clip5");
  CHECK(dataset.frame(5, 2).shape() == Shape{4, 4, 3});
}

}  // namespace dataset_test
