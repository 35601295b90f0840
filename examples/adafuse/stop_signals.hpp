// Ctrl-C and SIGTERM as a request: the first asks, the second ends the program at once.
// SPDX-License-Identifier: MIT
#pragma once

namespace adafuse::cli {

/// From now on the first SIGINT or SIGTERM is only noted.
void catch_stop_signals();

/// The signal that was noted; 0 when there was none.
int stop_signal();

}  // namespace adafuse::cli
