// Safetensors, from the length of the header on.
// SPDX-License-Identifier: MIT
#include <adafuse/io/safetensors.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::view(data, size));
  return fuzz::value_or_error([&] { adafuse::io::read_safetensors(file.path()); });
}
