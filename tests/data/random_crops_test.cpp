// Boxes that training draws: against naive lists of them, and against torchvision
// (golden/transforms.py).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/random_crops.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include "box_moments.hpp"

namespace random_crops_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

using Box = std::tuple<Index, Index, Index, Index>;

Box row(const CropBox& box) { return {box.top, box.left, box.height, box.width}; }

/// All boxes of TSN's GroupMultiScaleCrop, by its loops: pairs of scales, then thirteen offsets.
std::set<Box> naive_multi_scale_boxes(Index height, Index width, Index size) {
  const double scales[] = {1, .875, .75, .66};
  const Index base = height < width ? height : width;
  std::set<Box> boxes;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      if (std::abs(i - j) > 1) continue;
      Index h = static_cast<Index>(static_cast<double>(base) * scales[i]);
      Index w = static_cast<Index>(static_cast<double>(base) * scales[j]);
      if (std::abs(h - size) < 3 && size <= base) h = size;
      if (std::abs(w - size) < 3 && size <= base) w = size;
      const Index down = (height - h) / 4, right = (width - w) / 4;
      for (const Index y : {0, 2, 4})
        for (const Index x : {0, 2, 4}) boxes.insert({y * down, x * right, h, w});
      for (const Index y : {1, 3})
        for (const Index x : {1, 3}) boxes.insert({y * down, x * right, h, w});
    }
  return boxes;
}

}  // namespace

TEST_CASE("multi-scale crop: every box of the naive loops is drawn, and no other") {
  for (const auto& [h, w, size] :
       {std::tuple<Index, Index, Index>{32, 43, 28}, {40, 33, 16}, {9, 9, 8}, {2, 3, 8}}) {
    const auto expected = naive_multi_scale_boxes(h, w, size);
    std::set<Box> drawn;
    for (std::uint64_t k = 0; k < 4000; ++k)
      drawn.insert(row(multi_scale_crop_box(h, w, size, Key(k))));
    CHECK(drawn == expected);
  }
}

TEST_CASE("multi-scale crop: ten pairs of the scales 1, .875, .75, .66, at most one place apart") {
  const auto sizes = multi_scale_sizes(256, 340, 224);
  const std::vector<std::array<Index, 2>> expected{{256, 256}, {256, 224}, {224, 256}, {224, 224},
                                                   {224, 192}, {192, 224}, {192, 192}, {192, 168},
                                                   {168, 192}, {168, 168}};
  CHECK(sizes == expected);
  CHECK(multi_scale_sizes(258, 340, 224)[3] == std::array<Index, 2>{224, 224});  // not 225
}

TEST_CASE("random crop: every place is drawn, and about as often") {
  std::map<Box, int> count;
  for (std::uint64_t k = 0; k < 6000; ++k) ++count[row(random_crop_box(6, 7, 5, Key(k)))];
  CHECK(count.size() == 6);                                                    // 2 x 3 places
  for (const auto& [box, often] : count) CHECK(std::abs(often - 1000) < 120);  // 4 deviations
  CHECK_THROWS_AS(random_crop_box(4, 7, 5, Key(0)), ShapeError);
}

TEST_CASE("resized crop: torchvision's boxes have the same means and deviations") {
  check_moments("resized", [](Key key) {
    const auto box = resized_crop_box(40, 60, {}, key);
    CHECK(box.height <= 40);
    CHECK(box.width <= 60);
    return std::array{box.top, box.left, box.height, box.width};
  });
}

TEST_CASE("resized crop: where no box fits, the largest middle one of an allowed aspect") {
  CHECK(resized_crop_box(100, 2, {.least_area = 1, .aspect = 1}, Key(1)) == CropBox{49, 0, 2, 2});
  CHECK(resized_crop_box(2, 100, {.least_area = 1, .aspect = 1.5}, Key(1)) == CropBox{0, 48, 2, 3});
  CHECK(resized_crop_box(8, 8, {.least_area = 1, .aspect = 1}, Key(1)) == CropBox{0, 0, 8, 8});
}

TEST_CASE("a box brought to a size: PIL's antialiased pixels, but for how they are rounded") {
  const auto golden = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/transforms.safetensors");
  const auto picture = golden.get<std::uint8_t>("box.picture");
  for (int number = 0; number < 4; ++number) {
    const std::string name = "box." + std::to_string(number) + ".";
    const auto box = golden.get<std::int64_t>(name + "box");
    const auto expected = golden.get<std::uint8_t>(name + "y");
    const auto got =
        resize(crop(picture, {box(0), box(1), box(2), box(3)}), expected.size(0), expected.size(1));
    REQUIRE(got.shape() == expected.shape());
    for (Index i = 0; i < got.size(); ++i) CHECK(std::abs(got.data()[i] - expected.data()[i]) <= 1);
  }
}

}  // namespace random_crops_test
