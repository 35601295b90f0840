// Standard output as what it is, a file that can fail: a full disk is told, a reader that has gone
// (`| head`) is not.
// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "system.hpp"

namespace adafuse::cli {

/// Whether all that was printed has been written; says so on standard error when it has not.
inline bool finish_standard_output() {
  std::cout.flush();
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout) && std::cout) return true;
  const int reason = errno;  // 0 where an earlier write has failed
  if (!output_reader_left())
    std::cerr << "adafuse: standard output: cannot write"
              << (reason != 0 ? std::string(": ") + std::strerror(reason) : "") << "\n";
  return false;
}

}  // namespace adafuse::cli
