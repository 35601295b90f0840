// stb as this library compiles it, for every vector path: it has loops of its own for SSE2 and
// NEON.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/stb.hpp>
#include <cstdlib>

namespace stb_library_test {

using namespace adafuse;

namespace {

/// [24, 40, 3]: slow waves, which JPEG keeps.
Tensor<std::uint8_t> waves() {
  Tensor<std::uint8_t> image({24, 40, 3});
  for (Index i = 0; i < 24; ++i)
    for (Index j = 0; j < 40; ++j)
      for (Index c = 0; c < 3; ++c)
        image(i, j, c) = static_cast<std::uint8_t>(128 + 4 * ((i + c) % 12) - 3 * (j % 20));
  return image;
}

}  // namespace

TEST_CASE("stb: PNG keeps every byte, JPEG nearly") {
  const auto image = waves();
  const auto png = io::detail::stb_decode(io::detail::stb_encode_png(image), 3, "png");
  REQUIRE(png.shape() == image.shape());
  for (Index i = 0; i < image.size(); ++i) CHECK(png.data()[i] == image.data()[i]);
  const auto jpeg = io::detail::stb_decode(io::detail::stb_encode_jpeg(image, 100), 3, "jpeg");
  REQUIRE(jpeg.shape() == image.shape());
  for (Index i = 0; i < image.size(); ++i)
    CHECK(std::abs(int{jpeg.data()[i]} - int{image.data()[i]}) <= 3);
}

}  // namespace stb_library_test
