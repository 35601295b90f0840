// A fresh directory that goes with the test.
// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <adafuse/core/error.hpp>
#include <filesystem>

namespace adafuse::data {

struct ScratchDir {
  std::filesystem::path path;

  explicit ScratchDir(const char* name)
      : path(std::filesystem::temp_directory_path() / concat("adafuse-", name, "-", ::getpid())) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  ~ScratchDir() { std::filesystem::remove_all(path); }
};

}  // namespace adafuse::data
