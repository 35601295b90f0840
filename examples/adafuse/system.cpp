// The operating system, for the command line. See system.hpp.
// SPDX-License-Identifier: MIT
#include "system.hpp"

#include <cerrno>
#include <cstdio>
#if defined(_WIN32)
#include <io.h>
#else
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace adafuse::cli {

std::filesystem::path program_file() { return std::filesystem::read_symlink("/proc/self/exe"); }

#if defined(_WIN32)

bool output_is_terminal() { return ::_isatty(::_fileno(stdout)) != 0; }
std::size_t terminal_columns() { return 80; }
void hold_standard_files() {}
bool output_reader_left() { return false; }

std::ptrdiff_t read_input(char* to, std::size_t bytes, int) {
  constexpr std::size_t most = std::size_t{1} << 30;
  return ::_read(::_fileno(stdin), to, static_cast<unsigned>(bytes < most ? bytes : most));
}

void* load_symbol(const std::filesystem::path&, const char*, std::string& reason) {
  reason = "on Windows no module can be loaded";
  return nullptr;
}

#else

bool output_is_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

std::size_t terminal_columns() {
  winsize size{};
  const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : 80;
}

void hold_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(file, F_GETFD) == -1 && errno == EBADF) [[maybe_unused]]
      const int taken = ::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

bool output_reader_left() {
  ::pollfd reader{STDOUT_FILENO, 0, 0};
  return ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

std::ptrdiff_t read_input(char* to, std::size_t bytes, int patience_ms) {
  ::pollfd input{STDIN_FILENO, POLLIN, 0};
  const int ready = ::poll(&input, 1, patience_ms);
  if (ready == 0) errno = EAGAIN;
  return ready > 0 ? ::read(STDIN_FILENO, to, bytes) : -1;
}

void* load_symbol(const std::filesystem::path& module, const char* name, std::string& reason) {
  void* const loaded = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const symbol = loaded ? ::dlsym(loaded, name) : nullptr;
  if (!symbol) {
    const char* const why = ::dlerror();
    reason = why ? why : "it is empty";
  }
  return symbol;
}

#endif

}  // namespace adafuse::cli
