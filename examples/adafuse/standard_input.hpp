// Standard input as bytes, for as long as nobody asks for an end.
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>
#include <unistd.h>

#include <adafuse/io/file.hpp>
#include <cerrno>

#include "stop_signals.hpp"

namespace adafuse::cli {

/// Reads so many bytes; fewer at the end, or once a signal has asked for one. Throws IoError.
inline std::size_t read_standard_input(char* to, std::size_t bytes) {
  constexpr int patience_ms = 200;  // a signal just before the wait is seen after it
  const auto check = [](bool ok) {
    require<IoError>(ok || errno == EINTR,
                     "standard input: cannot read: ", io::detail::last_system_error());
  };
  std::size_t done = 0;
  while (done < bytes && stop_signal() == 0) {
    ::pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, patience_ms);
    check(ready >= 0);
    if (ready <= 0) continue;
    const auto got = ::read(STDIN_FILENO, to + done, bytes - done);
    check(got >= 0);
    if (got == 0) break;
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace adafuse::cli
