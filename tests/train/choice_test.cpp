// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/choice.hpp>

namespace choice_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// `clips` training clips of these sizes, the most frequent first.
data::Description found(Index clips, std::vector<std::pair<Index, Index>> sizes) {
  data::Description d;
  d.train = clips;
  for (const auto& [height, width] : sizes) d.sizes.push_back({height, width, 1, ""});
  return d;
}

Choice of(Index clips, Index height, Index width) {
  return choose(found(clips, {{height, width}}));
}

}  // namespace

TEST_CASE("choice: small frames of one size stay as they are, others are cropped") {
  CHECK(of(500, 32, 32).size == 0);
  CHECK(of(500, 128, 128).size == 0);
  CHECK(of(500, 100, 160).size == 0);
  CHECK(of(500, 129, 128).size == 112);
  CHECK(of(500, 1080, 1920).size == 112);
  CHECK(of(500, 1920, 1080).size == 112);
  CHECK(of(500, 90, 400).size == 90);
  CHECK(choose(found(500, {{32, 32}, {24, 24}})).size == 32);
  CHECK(choose(found(500, {{720, 1280}, {24, 24}})).size == 112);
  CHECK(choose(found(500, {{1080, 1920}}), {.size = 64}).size == 64);
}

TEST_CASE("choice: the stem leaves between 12 and 56 pixels, where there are as many") {
  for (const auto& row : std::map<Index, Index>{
           {8, 1}, {23, 1}, {24, 2}, {32, 2}, {112, 2}, {113, 4}, {224, 4}, {225, 8}, {4000, 8}}) {
    const Index side = row.first;
    CAPTURE(side);
    CHECK(chosen_stem_stride(side) == row.second);
    CHECK(choose(found(500, {{1080, 1920}}), {.size = side}).stem_stride == row.second);
  }
  CHECK(of(500, 20, 200).pixels == 20);
  CHECK(of(500, 1080, 1920).pixels == 112);
}

TEST_CASE("choice: many clips are worth a deeper network") {
  CHECK(of(9999, 32, 32).model == "resnet8");
  CHECK(of(10000, 32, 32).model == "resnet20");
}

TEST_CASE("choice: few clips make small batches, and enough steps") {
  struct Row {
    Index clips, batch, epochs;
  };
  for (const auto& row :
       {Row{1, 1, 100}, Row{5, 5, 100}, Row{40, 8, 100}, Row{96, 12, 63}, Row{256, 32, 63},
        Row{1000, 32, 17}, Row{2000, 32, 12}, Row{100000, 32, 12}}) {
    const Index clips = row.clips;
    CAPTURE(clips);
    const auto choice = of(clips, 32, 32);
    CHECK(choice.batch == row.batch);
    CHECK(choice.epochs == row.epochs);
  }
  const auto large = choose(found(1000, {{32, 32}}), {.batch = 100});
  CHECK(large.batch == 100);
  CHECK(large.epochs == 50);
  CHECK(choose(found(10, {{32, 32}}), {.batch = 100}).epochs == 100);
}

TEST_CASE("choice: nothing fits no clips") {
  CHECK_THROWS_WITH_AS(of(0, 32, 32), doctest::Contains("no clips to train on"), ValueError);
}

}  // namespace choice_test
