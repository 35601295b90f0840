// Pictures brought to what a network saw, or refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/framing.hpp>

namespace framing_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

Tensor<std::uint8_t> noise(Index height, Index width) {
  Tensor<std::uint8_t> image({height, width, 3});
  for (Index i = 0; i < image.size(); ++i)
    image.data()[i] = static_cast<std::uint8_t>(Key(2).integer(static_cast<std::uint64_t>(i), 256));
  return image;
}

bool same(const Tensor<std::uint8_t>& a, const Tensor<std::uint8_t>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

const Framing saw_8x12{.fit = Fit::scale, .height = 8, .width = 12};

}  // namespace

TEST_CASE("framing: a size scales the shorter side and crops the middle, whatever the picture") {
  const auto image = noise(20, 30);
  CHECK(same(framed(image, {.size = 8}), centre_crop(resize_shorter_side(image, 8), 8)));
  CHECK(same(framed(image, {.size = 8, .shorter_side = 10}),
             centre_crop(resize_shorter_side(image, 10), 8)));
}

TEST_CASE("framing: a picture of the size that the network saw is left alone") {
  const auto image = noise(8, 12);
  for (const Fit fit : {Fit::scale, Fit::refuse})
    CHECK(framed(image, {.fit = fit, .height = 8, .width = 12}).data() == image.data());
  CHECK(framed(image, {}).data() == image.data());
}

TEST_CASE("framing: another size is scaled until it covers, then its middle is cropped") {
  CHECK(same(framed(noise(16, 24), saw_8x12), resize(noise(16, 24), 8, 12)));
  const auto wide = resize(noise(16, 30), 8, 15), tall = resize(noise(40, 24), 20, 12);
  CHECK(same(framed(noise(16, 30), saw_8x12), crop(wide, {0, 1, 8, 12})));
  CHECK(same(framed(noise(40, 24), saw_8x12), crop(tall, {6, 0, 8, 12})));
  for (const Index h : {1, 5, 8, 9, 100})
    for (const Index w : {1, 3, 12, 17, 200})
      CHECK(framed(noise(h, w), saw_8x12).shape() == Shape{8, 12, 3});
}

TEST_CASE("framing: a rule may refuse, and says what it saw") {
  const Framing refuses{.fit = Fit::refuse, .height = 8, .width = 12};
  CHECK_THROWS_WITH_AS(framed(noise(12, 8), refuses),
                       doctest::Contains("is 12x8; this model saw 8x12 and refuses others"),
                       ShapeError);
  CHECK(refusal(refuses, 8, 12).empty());
  CHECK(refusal(saw_8x12, 9, 9).empty());
}

TEST_CASE("framing: rules that no picture meets are refused") {
  CHECK_NOTHROW(check(saw_8x12));
  CHECK_THROWS_AS(check({.fit = Fit::scale}), ValueError);
  CHECK_THROWS_AS(check({.fit = Fit::refuse, .height = 8, .width = 65536}), ValueError);
  CHECK_THROWS_AS(check({.size = 8, .fit = Fit::scale, .height = 8, .width = 8}), ValueError);
  CHECK_THROWS_AS(check({.height = 8}), ValueError);
}

}  // namespace framing_test
