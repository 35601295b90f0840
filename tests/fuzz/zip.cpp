// Zip archives, and every entry of them.
// SPDX-License-Identifier: MIT
#include <adafuse/io/zip_archive.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error([&] {
    const adafuse::io::ZipArchive archive(fuzz::view(data, size), "x.zip");
    for (const auto& [name, entry] : archive.entries()) archive.read(name);
  });
}
