// Signals that ask for an end. See stop_signals.hpp.
// SPDX-License-Identifier: MIT
#include "stop_signals.hpp"

#include <csignal>
#include <initializer_list>

namespace adafuse::cli {

namespace {

volatile std::sig_atomic_t noted = 0;

void set_action(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // a write is not cut short
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void note(int signal) {
  noted = signal;
  set_action(SIGINT, SIG_DFL);
  set_action(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) set_action(signal, note);  // nohup, or a shell's background
  }
}

int stop_signal() { return noted; }

}  // namespace adafuse::cli
