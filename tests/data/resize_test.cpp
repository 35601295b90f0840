// Resizing: known weights, constants kept, crops in the middle.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/resize.hpp>
#include <algorithm>
#include <cstdlib>
#include <limits>

namespace resize_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

Tensor<std::uint8_t> ramp(Index height, Index width) {
  Tensor<std::uint8_t> image({height, width, 3});
  for (Index i = 0; i < height; ++i)
    for (Index j = 0; j < width; ++j) {
      image(i, j, 0) = static_cast<std::uint8_t>(i * 200 / height);
      image(i, j, 1) = static_cast<std::uint8_t>(j * 200 / width);
      image(i, j, 2) = 7;
    }
  return image;
}

}  // namespace

TEST_CASE("resize: an even picture stays even, whatever the size") {
  Tensor<std::uint8_t> grey({5, 9, 3});
  grey.fill(131);
  for (const Index h : {1, 3, 5, 12})
    for (const Index w : {1, 4, 9, 30}) {
      const auto small = resize(grey, h, w);
      CHECK(small.shape() == Shape{h, w, 3});
      CHECK(std::all_of(small.begin(), small.end(), [](auto x) { return x == 131; }));
    }
}

TEST_CASE("resize: known values of the triangle filter") {
  Tensor<std::uint8_t> step({1, 2, 3});
  step(0, 1, 0) = 100;
  const auto wide = resize(step, 1, 4);  // places 1/4, 3/4, 5/4, 7/4
  CHECK(wide(0, 0, 0) == 0);
  CHECK(wide(0, 1, 0) == 25);
  CHECK(wide(0, 2, 0) == 75);
  CHECK(wide(0, 3, 0) == 100);
  Tensor<std::uint8_t> point({1, 4, 3});
  point(0, 1, 0) = 140;
  const auto half = resize(point, 1, 2);  // weights 3/7 3/7 1/7, the edge's share given to the rest
  CHECK(half(0, 0, 0) == 60);
  CHECK(half(0, 1, 0) == 20);
}

TEST_CASE("resize: a ramp stays a ramp, in both directions and both ways") {
  const auto image = ramp(40, 60);
  for (const auto& [h, w] : {std::pair<Index, Index>{80, 120}, {20, 30}, {13, 17}}) {
    const auto other = resize(image, h, w), expected = ramp(h, w);
    for (Index i = 1; i + 1 < h; ++i)
      for (Index j = 1; j + 1 < w; ++j) {
        CHECK(std::abs(other(i, j, 0) - expected(i, j, 0)) <= 200 / h / 2 + 4);
        CHECK(std::abs(other(i, j, 1) - expected(i, j, 1)) <= 200 / w / 2 + 4);
        CHECK(other(i, j, 2) == 7);
      }
  }
}

TEST_CASE("resize: the shorter side gets the length, the crop is the middle") {
  CHECK(resize_shorter_side(ramp(40, 60), 20).shape() == Shape{20, 30, 3});
  CHECK(resize_shorter_side(ramp(60, 40), 80).shape() == Shape{120, 80, 3});
  const auto image = ramp(10, 20);
  const auto middle = centre_crop(image, 6);
  REQUIRE(middle.shape() == Shape{6, 6, 3});
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 6; ++j)
      for (Index c = 0; c < 3; ++c) CHECK(middle(i, j, c) == image(i + 2, j + 7, c));
  CHECK_THROWS_AS(centre_crop(image, 11), ShapeError);
  CHECK_THROWS_AS(resize(image, 0, 3), ValueError);
  CHECK_THROWS_AS(resize_shorter_side(image, std::numeric_limits<Index>::max()), ValueError);
  CHECK_THROWS_AS(resize(Tensor<std::uint8_t>({3, 4}), 2, 2), ShapeError);
}

}  // namespace resize_test
