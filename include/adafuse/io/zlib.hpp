// The door to zlib: what was packed by deflate, alone or as gzip files (.gz). A program that
// includes this links zlib: ZLIB::ZLIB in CMake, -lz.
//
// A few bytes may unpack to any number: what comes out is counted as it comes, and no memory is
// taken for what is only claimed.
// SPDX-License-Identifier: MIT
#pragma once

#include <zlib.h>

#include <adafuse/io/file.hpp>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What may be unpacked.
struct GzipOptions {
  std::uint64_t most_bytes = longest_pipe;  ///< more than that is refused
};

namespace detail {

/// A stream of zlib, which ends when it goes.
class InflateStream {
 public:
  /// `window_bits` says what is read: -15 deflate alone, 31 gzip.
  InflateStream(int window_bits, const std::string& where) {
    const int status = inflateInit2(&stream_, window_bits);
    require<IoError>(status == Z_OK, where, ": zlib does not begin: status ", status);
  }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
  ~InflateStream() { inflateEnd(&stream_); }

  /// Unpacks from the front of `packed`, which it shortens, onto `out`, until the stream ends.
  void unpack(std::string_view& packed, std::string& out, std::uint64_t most,
              const std::string& where) {
    std::array<char, 1 << 16> block;
    for (int status = Z_OK; status != Z_STREAM_END;) {
      const auto given = std::min<std::size_t>(packed.size(), std::size_t{1} << 30);
      // zlib reads through a pointer that is not const.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream_.avail_in = static_cast<uInt>(given);
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      status = ::inflate(&stream_, Z_NO_FLUSH);
      packed.remove_prefix(given - stream_.avail_in);
      const std::size_t got = block.size() - stream_.avail_out;
      require<FormatError>(got <= most - out.size(), where, ": unpacks to more than ", most,
                           " bytes");
      out.append(block.data(), got);
      require<FormatError>(status != Z_BUF_ERROR, where, ": truncated: the packed bytes end early");
      require<FormatError>(status == Z_OK || status == Z_STREAM_END, where,
                           ": damaged: ", stream_.msg ? stream_.msg : "zlib gives no reason");
    }
  }

 private:
  z_stream stream_{};
};

}  // namespace detail

/// What deflate has packed, without a frame around it, as zip archives hold it: exactly `bytes`
/// bytes. Throws FormatError, which begins with `where`.
inline std::string inflate_raw(std::string_view packed, std::uint64_t bytes,
                               const std::string& where) {
  std::string out;
  detail::InflateStream(-15, where).unpack(packed, out, bytes, where);
  require<FormatError>(out.size() == bytes && packed.empty(), where, ": unpacks to ", out.size(),
                       " bytes with ", packed.size(), " left over, expected ", bytes);
  return out;
}

/// What gzip has packed: the bytes of all parts, one after the other. Throws FormatError, which
/// begins with `where`.
inline std::string unpack_gzip(std::string_view packed, const std::string& where,
                               GzipOptions options = {}) {
  std::string out;
  do {
    require<FormatError>(packed.starts_with("\x1f\x8b"), where,
                         out.empty() ? ": no gzip file" : ": something follows the packed bytes");
    detail::InflateStream(31, where).unpack(packed, out, options.most_bytes, where);
  } while (!packed.empty());
  return out;
}

/// Unpacks a file of gzip (.gz). Throws IoError, and FormatError with the file's name.
inline std::string read_gzip(const std::filesystem::path& path, GzipOptions options = {}) {
  return unpack_gzip(read_file(path), path.string(), options);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
