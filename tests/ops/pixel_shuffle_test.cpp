// Channels as pixels and back: by hand, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/pixel_shuffle.hpp>

#include "sizes_table.hpp"

namespace pixel_shuffle_test {

using namespace sizes_table;

TEST_CASE("pixel_shuffle: four channels become squares of two by two") {
  const auto x = Tensor<float>::arange(8).reshape({1, 4, 1, 2});
  const auto y = pixel_shuffle(x, 2).value();
  CHECK(y.shape() == Shape{1, 1, 2, 4});
  const std::vector<float> expected = {0, 2, 1, 3, 4, 6, 5, 7};
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
}

TEST_CASE("pixel_unshuffle: is the inverse, whatever dimensions lead") {
  for (const Shape& shape :
       {Shape{9, 2, 3}, Shape{2, 18, 2, 3}, Shape{2, 1, 9, 4, 1}, Shape{0, 9, 2, 2}}) {
    const auto x = Tensor<float>::randn(shape, Key(1));
    const auto y = pixel_shuffle(x, 3);
    CHECK(y.shape() ==
          shape.with(-3, shape[-3] / 9).with(-2, shape[-2] * 3).with(-1, shape[-1] * 3));
    const auto back = pixel_unshuffle(y, 3).value();
    REQUIRE(back.shape() == shape);
    CHECK(std::equal(back.begin(), back.end(), x.begin()));
  }
}

TEST_CASE("pixel_shuffle, pixel_unshuffle: what does not fit is refused by name") {
  const Tensor<float> x({1, 6, 4, 5});
  CHECK_THROWS_WITH_AS(pixel_shuffle(x, 2),
                       "pixel_shuffle: 2^2 does not divide the 6 channels of x [1,6,4,5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_unshuffle(x, 2),
                       "pixel_unshuffle: 2 does not divide height and width of x [1,6,4,5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(pixel_shuffle(x, 0),
                       "pixel_shuffle: the factor is at least 1 and at most 2^31, got 0",
                       ValueError);
  CHECK_THROWS_AS(pixel_shuffle(Tensor<float>({4, 4}), 2), ShapeError);
}

TEST_CASE("pixel_shuffle, pixel_unshuffle: tensors of any shape, factors of any size") {
  with_every_number("pixel_shuffle", [](const F& x, Index n) { return pixel_shuffle(x, n); });
  with_every_number("pixel_unshuffle", [](const F& x, Index n) { return pixel_unshuffle(x, n); });
}

}  // namespace pixel_shuffle_test
