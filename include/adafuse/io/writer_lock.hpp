// One writer: who writes a directory holds a lock on a small file in it, `.writing`, which names
// the process. The system takes the lock from a process that dies; the file stays, and says that
// the directory was left unfinished.
//
// flock, not fcntl: it belongs to the open file, so it also keeps apart two writers of one process,
// and no other close() of the file lets it go. Linux passes it on to the server of a network file
// system if the file is open for writing; a lock on the directory itself would hold on one machine
// only. It follows the directory when that is renamed.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/file.h>

#include <adafuse/io/file.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A lock on a directory, held as long as the object lives.
class WriterLock {
 public:
  static constexpr const char* file_name = ".writing";  ///< in the directory

  /// Takes the lock of a directory. Throws IoError, naming the holder, when somebody else has it.
  explicit WriterLock(const std::filesystem::path& dir) : file_(open_for(dir)) {
    const auto path = dir / file_name;
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const std::string holder = concat("process ", ::getpid(), " on ", host, "\n");
    detail::check_written(::ftruncate(file_.get(), 0) == 0, path);
    detail::write_all(file_.get(), holder.data(), holder.size(), path);
  }

  /// Lets the lock go and takes its file away from `dir`, where it may have come by a rename: what
  /// is there is finished.
  void remove_from(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    detail::check_written(::unlink(path.c_str()) == 0 || errno == ENOENT, path);
    file_.close();
  }

  /// Who holds the lock of a directory: "process 12 on host"; nothing when nobody does. Changes
  /// nothing on the disk.
  static std::optional<std::string> holder(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    const detail::Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0 || take(file, LOCK_SH)) return {};
    std::string text = read_file(path);
    text = text.substr(0, std::min<std::size_t>(text.find('\n'), 100));
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return ' ' <= c && c <= '~'; });
    return text.empty() || !printable ? "another process" : text;
  }

  /// Whether a writer has the directory or has died over it.
  static bool left_in(const std::filesystem::path& dir) {
    return std::filesystem::exists(dir / file_name);
  }

 private:
  /// Whether the lock is ours now. A file system that has no locks (Lustre without `-o flock`)
  /// keeps nobody out.
  static bool take(const detail::Descriptor& file, int kind) {
    if (::flock(file.get(), kind | LOCK_NB) == 0) return true;
    return errno == ENOSYS || errno == EOPNOTSUPP;
  }

  static detail::Descriptor open_for(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    for (;;) {
      detail::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
      detail::check_written(file.get() >= 0, path);
      require<IoError>(take(file, LOCK_EX), dir.string(), ": is being written by ",
                       holder(dir).value_or("another process"));
      // The holder before may have taken the file away between our open() and our flock().
      struct stat ours {
      }, there{};
      if (::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
          ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
        return file;
    }
  }

  detail::Descriptor file_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
