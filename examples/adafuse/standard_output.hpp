// Standard output as what it is, a file that can fail: a full disk is told, a reader that has gone
// (`| head`) is not.
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace adafuse::cli {

/// Started with a standard file closed (`>&-`), the next file that is opened would get its number,
/// and what is printed would go into a model. So each is taken, by what fails in that direction.
inline void hold_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(file, F_GETFD) == -1 && errno == EBADF) [[maybe_unused]]
      const int taken = ::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// Whether all that was printed has been written; says so on standard error when it has not.
inline bool finish_standard_output() {
  std::cout.flush();
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout) && std::cout) return true;
  const int reason = errno;  // 0 where an earlier write has failed
  ::pollfd reader{STDOUT_FILENO, 0, 0};
  const bool reader_left = ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
  if (!reader_left)
    std::cerr << "adafuse: standard output: cannot write"
              << (reason != 0 ? std::string(": ") + std::strerror(reason) : "") << "\n";
  return false;
}

}  // namespace adafuse::cli
