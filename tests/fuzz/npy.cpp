// NumPy's files of one array.
// SPDX-License-Identifier: MIT
#include <adafuse/io/npy.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error([&] { adafuse::io::parse_npy(fuzz::view(data, size), "x.npy"); });
}
