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
    const std::string holder =
        concat("process ", os::process_number(), " on ", os::host_name(), "\n");
    detail::check_written(os::resize_file(file_.get(), 0), path);
    detail::write_all(file_.get(), holder.data(), holder.size(), path);
  }

  /// Lets the lock go and takes its file away from `dir`, where it may have come by a rename: what
  /// is there is finished.
  void remove_from(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    detail::check_written(os::remove_file(path) || errno == ENOENT, path);
    file_.close();
  }

  /// Gives the directory another name; the lock goes along. Where a directory in which a file is
  /// open cannot be renamed (Windows), the lock is let go meanwhile and taken again: throws IoError
  /// when somebody was quicker.
  void rename_directory(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (!os::renames_open_directories) file_.close();
    std::filesystem::rename(from, to);
    if (!os::renames_open_directories) file_ = open_for(to);
  }

  /// Who holds the lock of a directory: "process 12 on host"; nothing when nobody does. Changes
  /// nothing on the disk.
  static std::optional<std::string> holder(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    const detail::Descriptor file(os::open_file(path, os::Access::update));
    if (file.get() < 0 || os::try_lock(file.get(), os::Lock::shared)) return {};
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
  static detail::Descriptor open_for(const std::filesystem::path& dir) {
    const auto path = dir / file_name;
    for (;;) {
      detail::Descriptor file(os::open_file(path, os::Access::update, os::Create::where_missing));
      detail::check_written(file.get() >= 0, path);
      require<IoError>(os::try_lock(file.get(), os::Lock::exclusive), dir.string(),
                       ": is being written by ", holder(dir).value_or("another process"));
      // The holder before may have taken the file away between our open and our lock.
      if (os::has_name(file.get(), path)) return file;
    }
  }

  detail::Descriptor file_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
