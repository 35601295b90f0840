// Loaded before the C library (LD_PRELOAD): lets the n-th call of one function on files of one run
// fail, or kills the process there. So each step of writing can be the last one.
//
//   FAIL_CALL  write, fsync, rename, or swap (renameat2)
//   FAIL_AT    n, counted from 1
//   FAIL_HOW   an errno, or "kill": before the call, or "killed": after it
//   FAIL_PATH  only calls on paths that hold this text count
//   NO_SWAP    if set, no two names can be swapped
// SPDX-License-Identifier: MIT
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_counted(const char* path) { return std::strstr(path, setting("FAIL_PATH")) != nullptr; }

bool is_counted(int file) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const auto length = ::readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  return is_counted(path);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Calls the real function unless it is the n-th call. `before` does half of what is asked, if that
/// can be.
template <class Call, class Before>
auto counted(const char* name, Call call, Before before) -> decltype(call()) {
  static int calls = 0;  // of one function: one is chosen
  if (std::strcmp(setting("FAIL_CALL"), name) != 0 || ++calls != std::atoi(setting("FAIL_AT")))
    return call();
  const char* how = setting("FAIL_HOW");
  if (std::strcmp(how, "killed") == 0) call();
  if (std::strncmp(how, "kill", 4) == 0) {
    before();
    ::kill(::getpid(), SIGKILL);
  }
  before();
  errno = std::atoi(how);
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t bytes) {
  const auto real = next<ssize_t(int, const void*, size_t)>("write");
  if (!is_counted(file)) return real(file, data, bytes);
  return counted(
      "write", [&] { return real(file, data, bytes); }, [&] { real(file, data, bytes / 2); });
}

int fsync(int file) {
  const auto real = next<int(int)>("fsync");
  if (!is_counted(file)) return real(file);
  return counted(
      "fsync", [&] { return real(file); }, [] {});
}

int rename(const char* from, const char* to) noexcept {
  const auto real = next<int(const char*, const char*)>("rename");
  if (!is_counted(to)) return real(from, to);
  return counted(
      "rename", [&] { return real(from, to); }, [] {});
}

int renameat2(int from_dir, const char* from, int to_dir, const char* to, unsigned flags) noexcept {
  const auto real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
  if (std::getenv("NO_SWAP")) {  // as on a file system that cannot
    errno = EINVAL;
    return -1;
  }
  return counted(
      "swap", [&] { return real(from_dir, from, to_dir, to, flags); }, [] {});
}
}
