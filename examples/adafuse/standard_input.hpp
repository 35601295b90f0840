// Standard input as bytes, for as long as nobody asks for an end.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <cerrno>

#include "stop_signals.hpp"
#include "system.hpp"

namespace adafuse::cli {

/// Reads so many bytes; fewer at the end, or once a signal has asked for one. Throws IoError.
inline std::size_t read_standard_input(char* to, std::size_t bytes) {
  constexpr int patience_ms = 200;  // a signal just before the wait is seen after it
  std::size_t done = 0;
  while (done < bytes && stop_signal() == 0) {
    const auto got = read_input(to + done, bytes - done, patience_ms);
    require<IoError>(got >= 0 || errno == EINTR || errno == EAGAIN,
                     "standard input: cannot read: ", io::detail::last_system_error());
    if (got == 0) break;
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace adafuse::cli
