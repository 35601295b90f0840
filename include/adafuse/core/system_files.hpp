// The operating system: files. Calls that may fail return false or -1 and leave the reason in
// errno, as POSIX's do; on Windows too.
//
// A file has a number there too (the C library's), but it is opened by CreateFileW: others may
// rename and delete it meanwhile, as on POSIX, and no child process has it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <sys/stat.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#if defined(_WIN32)
struct _BY_HANDLE_FILE_INFORMATION;
struct _OVERLAPPED;
struct _SECURITY_ATTRIBUTES;

namespace adafuse::os::inline ADAFUSE_SIMD::windows {
extern "C" {
__declspec(dllimport) unsigned long __stdcall GetLastError();
__declspec(dllimport) void* __stdcall CreateFileW(const wchar_t* path, unsigned long access,
                                                  unsigned long share, _SECURITY_ATTRIBUTES*,
                                                  unsigned long create, unsigned long flags, void*);
__declspec(dllimport) int __stdcall CloseHandle(void* file);
__declspec(dllimport) int __stdcall MoveFileExW(const wchar_t* from, const wchar_t* to,
                                                unsigned long flags);
__declspec(dllimport) int __stdcall LockFileEx(void* file, unsigned long flags, unsigned long,
                                               unsigned long bytes, unsigned long bytes_high,
                                               _OVERLAPPED* place);
__declspec(dllimport) int __stdcall GetFileInformationByHandle(void* file,
                                                               _BY_HANDLE_FILE_INFORMATION*);
}

/// OVERLAPPED
struct Place {
  void* internal[2];
  unsigned long offset, offset_high;
  void* event;
};

/// BY_HANDLE_FILE_INFORMATION
struct FileInformation {
  unsigned long attributes, times[6], volume, size[2], links, index[2];
};
}  // namespace adafuse::os::inline ADAFUSE_SIMD::windows
#endif

namespace adafuse::os::inline ADAFUSE_SIMD {

enum class FileKind { file, directory, pipe, socket, device };

struct FileStatus {
  FileKind kind;
  std::uint64_t bytes;  ///< of a file
};

enum class Access { read, write, update };             ///< update: read and write
enum class Create { never, where_missing, only_new };  ///< only_new: fails where there is one
enum class Lock { shared, exclusive };

/// Whether a directory in which a file is open can be renamed.
#if defined(_WIN32)
inline constexpr bool renames_open_directories = false;
#else
inline constexpr bool renames_open_directories = true;
#endif

/// macOS refuses to read or write 2 GiB at once, Windows counts in 32 bits: callers come again.
inline constexpr std::size_t most_at_once = std::size_t{1} << 30;

#if defined(_WIN32)

/// errno of what has just failed in Windows. False.
inline bool fail_as_windows_says() {
  switch (windows::GetLastError()) {
    case 2:  // no such file, path, name, network path
    case 3:
    case 53:
    case 67:
    case 123:
      errno = ENOENT;
      break;
    case 1:  // no such function, not supported
    case 50:
      errno = ENOSYS;
      break;
    case 4:
      errno = EMFILE;
      break;
    case 5:  // access denied, write-protected, open elsewhere
    case 19:
    case 32:
      errno = EACCES;
      break;
    case 33:  // locked by somebody else
    case 997:
      errno = EAGAIN;
      break;
    case 8:
    case 14:
      errno = ENOMEM;
      break;
    case 17:
      errno = EXDEV;
      break;
    case 39:
    case 112:
      errno = ENOSPC;
      break;
    case 80:
    case 183:
      errno = EEXIST;
      break;
    case 145:
      errno = ENOTEMPTY;
      break;
    case 206:
      errno = ENAMETOOLONG;
      break;
    case 267:
      errno = ENOTDIR;
      break;
    default:
      errno = EIO;
  }
  return false;
}

inline void* handle_of(int file) { return reinterpret_cast<void*>(::_get_osfhandle(file)); }

/// The number of an open file, or -1.
inline int open_file(const std::filesystem::path& path, Access access,
                     Create create = Create::never) {
  constexpr unsigned long read = 0x80000000, write = 0x40000000, share_all = 7, normal = 0x80;
  const unsigned long rights = access == Access::read    ? read
                               : access == Access::write ? write
                                                         : read | write;
  const unsigned long how = create == Create::never ? 3 : create == Create::where_missing ? 4 : 1;
  void* const handle =
      windows::CreateFileW(path.c_str(), rights, share_all, nullptr, how, normal, nullptr);
  if (reinterpret_cast<std::intptr_t>(handle) == -1) {
    fail_as_windows_says();
    std::error_code error;
    if (errno == EACCES && std::filesystem::is_directory(path, error)) errno = EISDIR;
    return -1;
  }
  const int file = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(handle),
                                     _O_BINARY | (access == Access::read ? _O_RDONLY : _O_RDWR));
  if (file < 0) windows::CloseHandle(handle);
  return file;
}

inline bool close_file(int file) { return ::_close(file) == 0; }

/// Up to `bytes` bytes, fewer at the end or as it comes: how many, or -1.
inline std::ptrdiff_t read_bytes(int file, void* to, std::size_t bytes) {
  return ::_read(file, to, static_cast<unsigned>(std::min(bytes, most_at_once)));
}

/// Up to `bytes` bytes: how many, or -1.
inline std::ptrdiff_t write_bytes(int file, const void* from, std::size_t bytes) {
  return ::_write(file, from, static_cast<unsigned>(std::min(bytes, most_at_once)));
}

inline bool resize_file(int file, std::uint64_t bytes) {
  const int failed = ::_chsize_s(file, static_cast<long long>(bytes));
  if (failed != 0) errno = failed;
  return failed == 0;
}

/// Waits until the disk has what was written.
inline bool sync_file(int file) { return ::_commit(file) == 0; }

/// Waits until the disk has the names in a directory. `rename_over` has waited here.
inline bool sync_directory(const std::filesystem::path&) { return true; }

namespace detail {
inline FileStatus as_status(const struct _stat64& status) {
  const auto type = status.st_mode & _S_IFMT;
  return {type == _S_IFREG   ? FileKind::file
          : type == _S_IFDIR ? FileKind::directory
          : type == _S_IFIFO ? FileKind::pipe
                             : FileKind::device,
          static_cast<std::uint64_t>(status.st_size)};
}
}  // namespace detail

/// Of an open file; nothing, and errno, where the system does not say.
inline std::optional<FileStatus> status_of(int file) {
  struct _stat64 status {};
  if (::_fstat64(file, &status) != 0) return {};
  return detail::as_status(status);
}
/// Of what a name stands for, links followed.
inline std::optional<FileStatus> status_of(const std::filesystem::path& path) {
  struct _stat64 status {};
  if (::_wstat64(path.c_str(), &status) != 0) return {};
  return detail::as_status(status);
}

/// Gives a file or a directory another name; what had it before is gone, in one step.
inline bool rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr unsigned long replace = 1, wait_for_disk = 8;
  return windows::MoveFileExW(from.c_str(), to.c_str(), replace | wait_for_disk) != 0 ||
         fail_as_windows_says();
}

/// Swaps what two names stand for, in one step. Windows cannot: ENOSYS.
inline bool exchange_names(const std::filesystem::path&, const std::filesystem::path&) {
  errno = ENOSYS;
  return false;
}

inline bool remove_file(const std::filesystem::path& path) { return ::_wunlink(path.c_str()) == 0; }

/// Whether the lock of an open file is ours now, until it is closed or the process ends. A file
/// system that has no locks keeps nobody out. The byte that is locked lies far behind all text: it
/// can be read meanwhile.
inline bool try_lock(int file, Lock kind) {
  constexpr unsigned long at_once = 1, exclusive = 2;
  windows::Place far_behind{{}, 0, 0x40000000, nullptr};
  if (windows::LockFileEx(handle_of(file), at_once | (kind == Lock::exclusive ? exclusive : 0), 0,
                          1, 0, reinterpret_cast<_OVERLAPPED*>(&far_behind)) != 0)
    return true;
  fail_as_windows_says();
  return errno == ENOSYS;
}

/// Whether an open file is what the name stands for. One that is being deleted cannot be opened.
inline bool has_name(int file, const std::filesystem::path& path) {
  const int other = open_file(path, Access::read);
  if (other < 0) return false;
  const auto ask = [](int number, windows::FileInformation& information) {
    return windows::GetFileInformationByHandle(
               handle_of(number), reinterpret_cast<_BY_HANDLE_FILE_INFORMATION*>(&information)) !=
           0;
  };
  windows::FileInformation ours{}, there{};
  const bool known = ask(file, ours) && ask(other, there);
  close_file(other);
  return known && ours.volume == there.volume && ours.index[0] == there.index[0] &&
         ours.index[1] == there.index[1];
}

inline long process_number() { return ::_getpid(); }

inline std::string host_name() {
  const char* const name = std::getenv("COMPUTERNAME");
  return name ? name : "";
}

#else  // POSIX

/// The number of an open file, or -1.
inline int open_file(const std::filesystem::path& path, Access access,
                     Create create = Create::never) {
  const int rights = access == Access::read    ? O_RDONLY
                     : access == Access::write ? O_WRONLY
                                               : O_RDWR;
  const int how = create == Create::never           ? 0
                  : create == Create::where_missing ? O_CREAT
                                                    : O_CREAT | O_EXCL;
  return ::open(path.c_str(), rights | how | O_CLOEXEC, 0666);
}

inline bool close_file(int file) { return ::close(file) == 0; }

/// Up to `bytes` bytes, fewer at the end or as it comes: how many, or -1.
inline std::ptrdiff_t read_bytes(int file, void* to, std::size_t bytes) {
  return ::read(file, to, std::min(bytes, most_at_once));
}

/// Up to `bytes` bytes: how many, or -1.
inline std::ptrdiff_t write_bytes(int file, const void* from, std::size_t bytes) {
  return ::write(file, from, std::min(bytes, most_at_once));
}

inline bool resize_file(int file, std::uint64_t bytes) {
  return ::ftruncate(file, static_cast<off_t>(bytes)) == 0;
}

/// Waits until the disk has what was written. macOS's fsync waits for the drive's memory only.
inline bool sync_file(int file) {
#if defined(F_FULLFSYNC)
  if (::fcntl(file, F_FULLFSYNC) == 0) return true;
#endif
  return ::fsync(file) == 0;
}

/// Waits until the disk has the names in a directory. Where it may not be read (EACCES) or cannot
/// be waited for (EINVAL), nobody can.
inline bool sync_directory(const std::filesystem::path& dir) {
  const int file = ::open(dir.empty() ? "." : dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return errno == EACCES;
  const bool done = sync_file(file) || errno == EINVAL;
  const int reason = errno;
  ::close(file);
  errno = reason;
  return done;
}

namespace detail {
inline FileStatus as_status(const struct stat& status) {
  const auto mode = status.st_mode;
  return {S_ISREG(mode)    ? FileKind::file
          : S_ISDIR(mode)  ? FileKind::directory
          : S_ISFIFO(mode) ? FileKind::pipe
          : S_ISSOCK(mode) ? FileKind::socket
                           : FileKind::device,
          static_cast<std::uint64_t>(status.st_size)};
}
}  // namespace detail

/// Of an open file; nothing, and errno, where the system does not say.
inline std::optional<FileStatus> status_of(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return {};
  return detail::as_status(status);
}
/// Of what a name stands for, links followed.
inline std::optional<FileStatus> status_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return detail::as_status(status);
}

/// Gives a file or a directory another name; what had it before is gone, in one step.
inline bool rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str()) == 0;
}

/// Swaps what two names stand for, in one step. ENOSYS, EINVAL or ENOTSUP where the file system or
/// the C library cannot.
inline bool exchange_names([[maybe_unused]] const std::filesystem::path& a,
                           [[maybe_unused]] const std::filesystem::path& b) {
#if defined(RENAME_EXCHANGE)
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
#elif defined(RENAME_SWAP)
  return ::renamex_np(a.c_str(), b.c_str(), RENAME_SWAP) == 0;
#else
  errno = ENOSYS;
  return false;
#endif
}

inline bool remove_file(const std::filesystem::path& path) { return ::unlink(path.c_str()) == 0; }

/// Whether the lock of an open file is ours now, until it is closed or the process ends. A file
/// system that has no locks (Lustre without `-o flock`) keeps nobody out.
inline bool try_lock(int file, Lock kind) {
  if (::flock(file, (kind == Lock::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return true;
  return errno == ENOSYS || errno == EOPNOTSUPP;
}

/// Whether an open file is what the name stands for.
inline bool has_name(int file, const std::filesystem::path& path) {
  struct stat ours {
  }, there{};
  return ::fstat(file, &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

inline long process_number() { return ::getpid(); }

inline std::string host_name() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return host;
}

#endif

}  // namespace adafuse::os::inline ADAFUSE_SIMD
