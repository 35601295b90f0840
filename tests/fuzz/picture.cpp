// JPEG, PNG, BMP and the first frame of a GIF.
// SPDX-License-Identifier: MIT
#include <adafuse/io/image.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error(
      [&] { adafuse::io::decode_image(fuzz::view(data, size), "x", {.most_pixels = 1 << 22}); });
}
