// Signals that ask for an end. See stop_signals.hpp.
// SPDX-License-Identifier: MIT
#include "stop_signals.hpp"

#include <csignal>
#include <initializer_list>

namespace adafuse::cli {

namespace {

volatile std::sig_atomic_t noted = 0;

#if defined(_WIN32)

void set_action(int signal, void (*handler)(int)) { std::signal(signal, handler); }

/// Nothing of Windows starts a program that way.
bool is_ignored(int) { return false; }

#else

void set_action(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // a write is not cut short
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

/// Whether the signal is ignored: by nohup, or a shell in the background.
bool is_ignored(int signal) {
  struct sigaction before {};
  ::sigaction(signal, nullptr, &before);
  return before.sa_handler == SIG_IGN;
}

#endif

void note(int signal) {
  noted = signal;
  set_action(SIGINT, SIG_DFL);
  set_action(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM})
    if (!is_ignored(signal)) set_action(signal, note);
}

int stop_signal() { return noted; }

}  // namespace adafuse::cli
