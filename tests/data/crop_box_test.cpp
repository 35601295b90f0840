// Boxes of pictures, and the crops that a test takes.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/crop_box.hpp>

namespace crop_box_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Every pixel says where it is.
Tensor<std::uint8_t> places(Index height, Index width) {
  Tensor<std::uint8_t> image({height, width, 3});
  for (Index i = 0; i < height; ++i)
    for (Index j = 0; j < width; ++j)
      image(i, j, 0) = static_cast<std::uint8_t>(i), image(i, j, 1) = static_cast<std::uint8_t>(j);
  return image;
}

std::vector<CropBox> boxes(Index height, Index width, Index size, Index count) {
  std::vector<CropBox> result;
  for (Index k = 0; k < count; ++k) result.push_back(test_crop(height, width, size, k, count).box);
  return result;
}

}  // namespace

TEST_CASE("crop: the pixels of the box, pixel by pixel") {
  const auto image = places(7, 9);
  const CropBox box{2, 3, 4, 5};
  const auto part = crop(image, box);
  REQUIRE(part.shape() == Shape{4, 5, 3});
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 5; ++j)
      for (Index c = 0; c < 3; ++c) CHECK(part(i, j, c) == image(2 + i, 3 + j, c));
  CHECK(crop(image, {0, 0, 7, 9}).data() == image.data());
}

TEST_CASE("crop: a box that leaves the picture is refused") {
  const auto image = places(7, 9);
  for (const CropBox& box : {CropBox{-1, 0, 2, 2}, CropBox{0, 8, 2, 2}, CropBox{6, 0, 2, 2},
                             CropBox{0, 0, 0, 2}, CropBox{0, 0, 8, 2}})
    CHECK_THROWS_AS(crop(image, box), ShapeError);
}

TEST_CASE("crops of a test: the middle is the centre crop") {
  const auto image = places(7, 12);
  const auto test = test_crop(7, 12, 4, 0, 1);
  CHECK(!test.mirrored);
  const auto a = crop(image, test.box), b = centre_crop(image, 4);
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST_CASE("crops of a test: three lie along the longer side") {
  CHECK(boxes(8, 14, 8, 3) == std::vector<CropBox>{{0, 0, 8, 8}, {0, 3, 8, 8}, {0, 6, 8, 8}});
  CHECK(boxes(14, 8, 6, 3) == std::vector<CropBox>{{0, 1, 6, 6}, {4, 1, 6, 6}, {8, 1, 6, 6}});
}

TEST_CASE("crops of a test: ten are the corners and the middle, and these mirrored") {
  // TSN's steps are quarters, rounded down: of 9 columns 2, so its right end is at 8.
  const std::vector<CropBox> five{
      {0, 0, 8, 8}, {0, 8, 8, 8}, {4, 0, 8, 8}, {4, 8, 8, 8}, {2, 4, 8, 8}};
  auto ten = five;
  ten.insert(ten.end(), five.begin(), five.end());
  CHECK(boxes(12, 17, 8, 10) == ten);
  for (Index k = 0; k < 10; ++k) CHECK(test_crop(12, 17, 8, k, 10).mirrored == (k >= 5));
}

TEST_CASE("crops of a test: other counts and pictures that are too small are refused") {
  CHECK_THROWS_AS(test_crop(8, 8, 4, 0, 2), ValueError);
  CHECK_THROWS_AS(test_crop(8, 8, 4, 3, 3), ValueError);
  CHECK_THROWS_AS(test_crop(8, 3, 4, 0, 1), ShapeError);
}

}  // namespace crop_box_test
