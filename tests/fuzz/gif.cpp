// GIF animations, all of their frames.
// SPDX-License-Identifier: MIT
#include <adafuse/io/gif.hpp>
#include <limits>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes = "GIF89a" + std::string(fuzz::view(data, size));
  return fuzz::value_or_error([&] {
    adafuse::io::detail::decode_gif_frames(
        bytes, "x.gif", std::numeric_limits<adafuse::Index>::max(), {.most_pixels = 1 << 22});
  });
}
