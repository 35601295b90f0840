// IDX files, as those of MNIST.
// SPDX-License-Identifier: MIT
#include <adafuse/io/idx.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error([&] { adafuse::io::parse_idx(fuzz::view(data, size), "x.idx"); });
}
