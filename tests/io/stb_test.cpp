// The door to stb compiles in more than one file.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/stb.hpp>
#include <algorithm>

namespace stb_test {

using namespace adafuse;

TEST_CASE("stb: a picture survives PNG, as RGB and as opaque RGBA") {
  Tensor<std::uint8_t> image({2, 3, 3});
  for (Index i = 0; i < image.size(); ++i) image.data()[i] = static_cast<std::uint8_t>(11 * i);
  const std::string bytes = io::detail::stb_encode_png(image);
  const auto rgb = io::detail::stb_decode(bytes, 3, "x");
  REQUIRE(rgb.shape() == image.shape());
  CHECK(std::equal(rgb.begin(), rgb.end(), image.begin()));
  const auto rgba = io::detail::stb_decode(bytes, 4, "x");
  REQUIRE(rgba.shape() == Shape{2, 3, 4});
  CHECK(rgba(1, 2, 2) == image(1, 2, 2));
  CHECK(rgba(1, 2, 3) == 255);
}

TEST_CASE("stb: its reason is given with the name") {
  CHECK_THROWS_WITH_AS(io::detail::stb_decode("nothing", 3, "a.png"),
                       doctest::Contains("a.png: cannot decode: "), FormatError);
}

}  // namespace stb_test
