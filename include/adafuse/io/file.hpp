// Files as bytes: read in pieces or whole, and written so that whoever looks sees the old file or
// the new one, never half of it.
//
// What cannot be read to its end is refused at once: directories, devices (/dev/zero has no end),
// files that are larger than this machine's memory (sparse ones may be), pipes that do not stop.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/system.hpp>
#include <adafuse/core/system_files.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace adafuse::io {

/// Numbers the temporary files of a process, whatever its files are compiled for.
struct TemporaryFiles {
  static constinit inline std::atomic<unsigned> count{0};  ///< those that were made
};

inline namespace ADAFUSE_SIMD {

namespace detail {

/// What the system says about the call that has just failed. The call is a statement before: among
/// the arguments of one function it may come later than this.
inline std::string last_system_error() { return std::generic_category().message(errno); }

/// An open file, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool close() { return fd_ < 0 || os::close_file(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

inline void check_written(bool ok, const std::filesystem::path& path) {
  require<IoError>(ok, path.string(), ": cannot write: ", last_system_error());
}

inline void write_all(int file, const void* data, std::size_t bytes,
                      const std::filesystem::path& path) {
  for (std::size_t done = 0; done < bytes;) {
    const auto put = os::write_bytes(file, static_cast<const char*>(data) + done, bytes - done);
    check_written(put >= 0 || errno == EINTR, path);
    if (put > 0) done += static_cast<std::size_t>(put);
  }
}

inline const char* name_of(os::FileKind kind) {
  switch (kind) {
    case os::FileKind::file:
      return "a file";
    case os::FileKind::directory:
      return "a directory";
    case os::FileKind::pipe:
      return "a pipe";
    case os::FileKind::socket:
      return "a socket";
    case os::FileKind::device:
      break;
  }
  return "a device";
}

/// Waits until the disk has the names in a directory: a file that was renamed into it is there
/// after a power cut as well.
inline void sync_directory(const std::filesystem::path& dir) {
  check_written(os::sync_directory(dir), dir);
}

}  // namespace detail

/// The memory that this machine has, in bytes.
inline std::uint64_t machine_memory() { return os::physical_memory(); }

/// Throws IoError, before any is taken, when `bytes` are more than there can be. `what` is what the
/// error begins with.
inline void require_memory(std::uint64_t bytes, const std::string& what) {
  require<IoError>(bytes <= machine_memory(), what, ": ", bytes,
                   " bytes do not fit into this machine's memory of ", machine_memory());
}

/// Throws IoError unless there is a file at `path`: no directory, device or pipe. It is not opened:
/// to open a pipe is to wait for somebody who writes.
inline void require_regular_file(const std::filesystem::path& path) {
  const auto status = os::status_of(path);
  require<IoError>(status.has_value(), path.string(),
                   ": cannot open: ", detail::last_system_error());
  require<IoError>(status->kind == os::FileKind::file, path.string(), ": expected a file, got ",
                   detail::name_of(status->kind));
}

/// Reads a file from its beginning. Throws IoError when it cannot be opened or read.
class FileReader {
 public:
  /// Opens a file. Throws IoError.
  explicit FileReader(const std::filesystem::path& path)
      : name_(path.string()), file_(os::open_file(path, os::Access::read)) {
    require<IoError>(file_.get() >= 0, name_, ": cannot open: ", detail::last_system_error());
  }

  const std::string& name() const { return name_; }

  /// Bytes in the file now; 0 for what is not a regular file.
  std::uint64_t size() const {
    const auto status = this->status();
    return status.kind == os::FileKind::file ? status.bytes : 0;
  }

  /// Throws IoError for what has no end: directories and devices.
  void require_end() const {
    const auto kind = status().kind;
    const bool ends = kind != os::FileKind::directory && kind != os::FileKind::device;
    require<IoError>(ends, name_, ": expected a file, got ", detail::name_of(kind));
  }

  /// Reads up to `bytes` bytes and tells how many; 0 at the end of the file.
  std::size_t read_some(void* out, std::size_t bytes) {
    for (;;) {
      const auto got = os::read_bytes(file_.get(), out, bytes);
      if (got >= 0) return static_cast<std::size_t>(got);
      require<IoError>(errno == EINTR, name_, ": cannot read: ", detail::last_system_error());
    }
  }

  /// The next `bytes` bytes, or fewer at the end of the file.
  std::string start(std::size_t bytes) {
    std::string taken(bytes, '\0');
    std::size_t done = 0;
    for (std::size_t got = 1; got > 0 && done < bytes; done += got)
      got = read_some(taken.data() + done, bytes - done);
    taken.resize(done);
    return taken;
  }

  /// Reads exactly `bytes` bytes. Throws FormatError when the file ends before.
  void read(void* out, std::size_t bytes) {
    for (std::size_t done = 0; done < bytes;) {
      const auto got = read_some(static_cast<char*>(out) + done, bytes - done);
      require<FormatError>(got > 0, name_, ": truncated: ", bytes - done, " bytes are missing");
      done += got;
    }
  }

 private:
  os::FileStatus status() const {
    const auto status = os::status_of(file_.get());
    require<IoError>(status.has_value(), name_, ": ", detail::last_system_error());
    return *status;
  }

  std::string name_;
  detail::Descriptor file_;
};

/// Pictures, lists and configurations that come through a pipe are not larger than this.
inline constexpr std::uint64_t longest_pipe = std::uint64_t{1} << 30;

/// All bytes of a file, or of a pipe that ends within its first `longest_pipe` bytes. Throws
/// IoError, and for a device or a directory at once.
inline std::string read_file(const std::filesystem::path& path) {
  FileReader reader(path);
  reader.require_end();
  require_memory(reader.size(), reader.name());
  std::string bytes(static_cast<std::size_t>(reader.size()), '\0');
  const std::uint64_t longest = std::max(longest_pipe, 2 * reader.size());
  std::size_t done = 0;
  for (;;) {  // A pipe has no size, and a file may grow: read until the end, wherever it is.
    require<IoError>(done <= longest, reader.name(), ": does not end after ", longest, " bytes");
    if (done == bytes.size()) {
      char more[4096];
      const auto got = reader.read_some(more, sizeof more);
      if (got == 0) return bytes;
      bytes.append(more, got);
      done += got;
      continue;
    }
    const auto got = reader.read_some(bytes.data() + done, bytes.size() - done);
    if (got == 0) break;
    done += got;
  }
  bytes.resize(done);
  return bytes;
}

/// Writes to a temporary file beside `path`; `commit()` waits until the disk has it, renames it
/// into place and waits for the name as well. Without a commit (an exception, a crash) whatever was
/// at `path` before is still there. A symbolic link is followed: it goes on to point to the file.
/// Throws IoError.
class FileWriter {
 public:
  /// Makes the temporary file. Throws IoError.
  explicit FileWriter(const std::filesystem::path& path)
      : path_(followed(path)), temporary_(path_), in_place_(is_special(path_)) {
    // A device or a pipe must not be replaced by a file: it is written to as it is.
    if (!in_place_)
      temporary_ += concat(".tmp-", os::process_number(), "-", TemporaryFiles::count++);
    file_ = os::open_file(temporary_, os::Access::write,
                          in_place_ ? os::Create::never : os::Create::only_new);
    detail::check_written(file_ >= 0, path_);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (file_ < 0) return;
    os::close_file(file_);
    if (!in_place_) os::remove_file(temporary_);
  }

  /// Writes these bytes behind the others.
  void write(const void* data, std::size_t bytes) { detail::write_all(file_, data, bytes, path_); }
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }

  /// Puts the file in its place. Throws IoError.
  void commit() {
    if (!in_place_) {
      detail::check_written(os::sync_file(file_), path_);
      detail::check_written(os::rename_over(temporary_, path_), path_);
    }
    detail::check_written(os::close_file(std::exchange(file_, -1)), path_);
    if (!in_place_) detail::sync_directory(path_.parent_path());
  }

 private:
  static std::filesystem::path followed(std::filesystem::path path) {
    if (is_special(path)) return path;
    std::error_code error;
    for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
      require<IoError>(links < 40, path.string(), ": cannot follow so many links");
      path = path.parent_path() / std::filesystem::read_symlink(path, error);
    }
    return path;
  }

  static bool is_special(const std::filesystem::path& path) {
    const auto status = os::status_of(path);
    return status && status->kind != os::FileKind::file;
  }

  std::filesystem::path path_, temporary_;
  bool in_place_;
  int file_ = -1;
};

/// Makes `path` hold exactly these bytes, or leaves it as it was. Throws IoError.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  FileWriter writer(path);
  writer.write(bytes);
  writer.commit();
}

/// Writes the bytes straight into `path`, without a net: for the thousands of small files whose
/// reader notices when one is torn. Throws IoError.
inline void overwrite_file(const std::filesystem::path& path, std::string_view bytes) {
  // Shortened at the end and not at the start: ext4 waits for the disk when a file was emptied
  // first.
  detail::Descriptor file(os::open_file(path, os::Access::write, os::Create::where_missing));
  detail::check_written(file.get() >= 0, path);
  detail::write_all(file.get(), bytes.data(), bytes.size(), path);
  if (std::filesystem::is_regular_file(path))
    detail::check_written(os::resize_file(file.get(), bytes.size()), path);
  detail::check_written(file.close(), path);
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::io
