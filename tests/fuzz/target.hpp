// What all fuzz targets share: the contract, and a file that is in memory only.
//
// A target is given any bytes. It gives a value or throws an adafuse::Error; anything else (another
// exception, a crash, seconds without an end, more than half a gigabyte) is a finding.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <adafuse/core/error.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace fuzz {

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Calls `read`, which may throw an adafuse::Error. What the fuzzer wants to be told: 0.
template <class Read>
int value_or_error(const Read& read) {
  try {
    read();
  } catch (const adafuse::Error& error) {
    // Messages quote at most 100 bytes, in up to three places, escaped to four bytes each.
    if (std::string_view(error.what()).size() > 4096) std::abort();
  }
  return 0;
}

/// A file with these bytes, for readers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (file_ < 0 || ::write(file_, bytes.data(), bytes.size()) != std::ssize(bytes)) std::abort();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(file_); }

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
