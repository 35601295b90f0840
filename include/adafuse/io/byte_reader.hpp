// Reading numbers and runs of bytes from memory, never beyond its end.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace adafuse::io::inline ADAFUSE_SIMD {

static_assert(std::endian::native == std::endian::little, "adafuse: files are little endian");

/// A position in bytes that somebody else keeps. What it returns are windows onto those bytes.
class ByteReader {
 public:
  /// `name` is what errors call the bytes.
  ByteReader(std::string_view bytes, std::string name, std::uint64_t position = 0)
      : bytes_(bytes), name_(std::move(name)) {
    require<FormatError>(position <= bytes.size(), name_, ": expected something at byte ", position,
                         ", there are ", bytes.size(), " bytes");
    position_ = static_cast<std::size_t>(position);
  }

  const std::string& name() const { return name_; }
  std::size_t position() const { return position_; }
  /// How many bytes are left.
  std::size_t left() const { return bytes_.size() - position_; }

  /// The next `count` bytes. Throws FormatError when there are fewer.
  std::string_view take(std::uint64_t count) {
    require<FormatError>(count <= left(), name_, ": truncated: expected ", count, " bytes at byte ",
                         position_, ", got ", left());
    const auto taken = bytes_.substr(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  /// The next number, little endian. Throws FormatError.
  template <class N>
  N number() {
    N value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  /// The bytes up to the next line feed, which is taken as well. Throws FormatError without one.
  std::string_view line() {
    const auto end = bytes_.find('\n', position_);
    require<FormatError>(end != std::string_view::npos, name_,
                         ": truncated: the line that starts at byte ", position_, " does not end");
    const auto taken = take(end - position_);
    ++position_;
    return taken;
  }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t position_ = 0;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
