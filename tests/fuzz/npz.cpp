// NumPy's files of several arrays, stored and packed.
// SPDX-License-Identifier: MIT
#include <adafuse/io/npz.hpp>
#include <adafuse/io/zlib.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error(
      [&] { adafuse::io::parse_npz(fuzz::view(data, size), "x.npz", adafuse::io::inflate_raw); });
}
