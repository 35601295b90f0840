// Files as bytes: read in pieces or whole, and written so that whoever looks sees the old file or
// the new one, never half of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <adafuse/core/error.hpp>
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
  static constinit inline std::atomic<unsigned> count{0};
};
}  // namespace adafuse::io

namespace adafuse::io::inline ADAFUSE_SIMD {

namespace detail {

/// What the system says about the call that has just failed.
inline std::string last_system_error() { return std::generic_category().message(errno); }

/// An open file, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

inline void check_written(bool ok, const std::filesystem::path& path) {
  require<IoError>(ok, path.string(), ": cannot write: ", last_system_error());
}

inline void write_all(int file, const void* data, std::size_t bytes,
                      const std::filesystem::path& path) {
  for (std::size_t done = 0; done < bytes;) {
    const auto put = ::write(file, static_cast<const char*>(data) + done, bytes - done);
    check_written(put >= 0 || errno == EINTR, path);
    if (put > 0) done += static_cast<std::size_t>(put);
  }
}

}  // namespace detail

/// Reads a file from its beginning. Throws IoError when it cannot be opened or read.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path)
      : name_(path.string()), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    require<IoError>(file_.get() >= 0, name_, ": cannot open: ", detail::last_system_error());
  }

  const std::string& name() const { return name_; }

  /// Bytes in the file now; 0 for what is not a regular file.
  std::uint64_t size() const {
    struct stat status {};
    require<IoError>(::fstat(file_.get(), &status) == 0, name_, ": ", detail::last_system_error());
    return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  /// Reads up to `bytes` bytes and tells how many; 0 at the end of the file.
  std::size_t read_some(void* out, std::size_t bytes) {
    for (;;) {
      const auto got = ::read(file_.get(), out, bytes);
      if (got >= 0) return static_cast<std::size_t>(got);
      require<IoError>(errno == EINTR, name_, ": cannot read: ", detail::last_system_error());
    }
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
  std::string name_;
  detail::Descriptor file_;
};

/// All bytes of a file. Throws IoError.
inline std::string read_file(const std::filesystem::path& path) {
  FileReader reader(path);
  std::string bytes(static_cast<std::size_t>(reader.size()), '\0');
  std::size_t done = 0;
  for (;;) {  // A pipe has no size, and a file may grow: read until the end, wherever it is.
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

/// Writes to a temporary file beside `path`; `commit()` waits until the disk has it and renames it
/// into place. Without a commit (an exception, a crash) whatever was at `path` before is still
/// there. Throws IoError.
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path)
      : path_(path), temporary_(path), in_place_(is_special(path)) {
    // A device or a pipe must not be replaced by a file: it is written to as it is.
    if (!in_place_) temporary_ += concat(".tmp-", ::getpid(), "-", TemporaryFiles::count++);
    const int flags = O_WRONLY | O_CLOEXEC | (in_place_ ? 0 : O_CREAT | O_EXCL);
    file_ = ::open(temporary_.c_str(), flags, 0666);
    detail::check_written(file_ >= 0, path_);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (file_ < 0) return;
    ::close(file_);
    if (!in_place_) ::unlink(temporary_.c_str());
  }

  void write(const void* data, std::size_t bytes) { detail::write_all(file_, data, bytes, path_); }
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }

  void commit() {
    if (!in_place_) {
      detail::check_written(::fsync(file_) == 0, path_);
      detail::check_written(::rename(temporary_.c_str(), path_.c_str()) == 0, path_);
    }
    detail::check_written(::close(std::exchange(file_, -1)) == 0, path_);
  }

 private:
  static bool is_special(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
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
  detail::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  detail::check_written(file.get() >= 0, path);
  detail::write_all(file.get(), bytes.data(), bytes.size(), path);
  if (std::filesystem::is_regular_file(path))
    detail::check_written(::ftruncate(file.get(), static_cast<off_t>(bytes.size())) == 0, path);
  detail::check_written(file.close(), path);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
