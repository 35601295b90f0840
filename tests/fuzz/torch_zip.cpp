// PyTorch files in a zip archive. The check sums of an archive would stop nearly every change, so
// the bytes are also the pickle in an archive that is whole, beside a storage of each size of
// element.
// SPDX-License-Identifier: MIT
#include <adafuse/io/torch_file.hpp>

#include "../io/torch_bytes.hpp"

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace adafuse;
  const std::string_view bytes = fuzz::view(data, size);
  fuzz::value_or_error([&] { io::parse_torch_file("PK" + std::string(bytes), "x.pth"); });
  const std::string storage(64, '\1');
  const std::string archive = torch_bytes::zip({{"a/data.pkl", std::string(bytes)},
                                                {"a/data/0", storage},
                                                {"a/data/1", storage},
                                                {"a/data/2", storage}});
  return fuzz::value_or_error([&] { io::parse_torch_file(archive, "x.pth"); });
}
