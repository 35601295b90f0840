// Bytes to normalised planes, and mirrored pictures.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/transform.hpp>

namespace transform_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

Tensor<std::uint8_t> picture() {
  Tensor<std::uint8_t> image({2, 3, 3});
  for (Index i = 0; i < image.size(); ++i) image.data()[i] = static_cast<std::uint8_t>(14 * i);
  return image;
}

}  // namespace

TEST_CASE("normalise: colours become planes, (x / 255 - mean) / deviation") {
  const auto image = picture();
  const Normalisation n{{0.1f, 0.2f, 0.3f}, {0.5f, 0.25f, 2.0f}};
  const auto planes = normalise(image, n);
  REQUIRE(planes.shape() == Shape{3, 2, 3});
  for (Index c = 0; c < 3; ++c)
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 3; ++j) {
        const auto k = static_cast<std::size_t>(c);
        CHECK(planes(c, i, j) ==
              doctest::Approx((image(i, j, c) / 255.0 - n.mean[k]) / n.deviation[k]).epsilon(1e-6));
      }
}

TEST_CASE("normalise: Caffe's networks read blue, green, red from 0 to 255 minus a mean") {
  const auto image = picture();
  const auto planes = normalise(image, normalisation_of(Pixels::bgr255));
  const float mean[] = {104, 117, 128};
  for (Index c = 0; c < 3; ++c)
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 3; ++j)
        CHECK(std::abs(planes(c, i, j) - (static_cast<float>(image(i, j, 2 - c)) - mean[c])) <
              2e-5f);
  CHECK(normalisation_of(Pixels::rgb) == Normalisation{});
}

TEST_CASE("normalise: a picture that does not fit is refused") {
  Tensor<float> out({3, 2, 2});
  CHECK_THROWS_AS(normalise(picture(), {}, out.view<3>()), ShapeError);
  CHECK_THROWS_AS(normalise(Tensor<std::uint8_t>({2, 2, 4}), {}), ShapeError);
  CHECK_THROWS_AS(normalise(Tensor<std::uint8_t>({2, 2}), {}), ShapeError);
}

TEST_CASE("mirror: left and right change places, twice is nothing") {
  const auto image = picture(), other = mirror(image);
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index c = 0; c < 3; ++c) CHECK(other(i, j, c) == image(i, 2 - j, c));
  const auto back = mirror(other);
  CHECK(std::equal(back.begin(), back.end(), image.begin()));
}

}  // namespace transform_test
