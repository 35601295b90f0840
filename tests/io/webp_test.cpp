// WebP pictures: what was written without loss is read to the byte; what is broken is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/image.hpp>
#include <adafuse/io/webp.hpp>

#include "../data/scratch_dir.hpp"

namespace webp_test {

using namespace adafuse;
using namespace adafuse::io;

namespace {

Image noise(Index height, Index width) {
  Image image({height, width, 3});
  Draws draws(Key(3));
  for (auto& byte : image) byte = static_cast<std::uint8_t>(draws.integer(256));
  return image;
}

const ImageOptions with_webp{.webp = decode_webp};

}  // namespace

TEST_CASE("webp: a picture without loss comes back to the byte") {
  const data::ScratchDir dir("webp");
  const auto image = noise(9, 14);
  overwrite_file(dir.path / "1.webp", encode_webp(image));
  const auto back = read_image(dir.path / "1.webp", with_webp);
  REQUIRE(back.shape() == image.shape());
  CHECK(std::equal(back.begin(), back.end(), image.begin()));
  CHECK(picture_size(dir.path / "1.webp", with_webp) == Shape{9, 14});
}

TEST_CASE("webp: without a reader, truncated, or too large, it is refused by name") {
  const std::string bytes = encode_webp(noise(8, 8));
  CHECK_THROWS_WITH_AS(decode_image(bytes, "a.webp"),
                       doctest::Contains("a.webp: is a WebP picture, and this program was built"),
                       FormatError);
  for (const std::size_t size : {std::size_t{12}, std::size_t{20}, bytes.size() / 2}) {
    CAPTURE(size);
    CHECK_THROWS_WITH_AS(decode_image(bytes.substr(0, size), "a.webp", with_webp),
                         doctest::Contains("a.webp: cannot decode"), FormatError);
  }
  CHECK_THROWS_WITH_AS(decode_image(bytes, "a.webp", {.most_pixels = 63, .webp = decode_webp}),
                       doctest::Contains("has 64 pixels, more than the 63"), FormatError);
  CHECK_THROWS_AS(encode_webp(Image({2, 2})), ShapeError);
}

}  // namespace webp_test
