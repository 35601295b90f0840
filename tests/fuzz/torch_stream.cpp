// PyTorch files as they come; those of before 1.6 are pickles and then storages, without check
// sums.
// SPDX-License-Identifier: MIT
#include <adafuse/io/torch_file.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error(
      [&] { adafuse::io::parse_torch_file(fuzz::view(data, size), "x.pth"); });
}
