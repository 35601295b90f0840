// Whether a film ends before it says that it does.
//
// MP4 is a row of boxes, Matroska and WebM a row of elements, AVI a row of chunks, and each states
// its length: one that ends behind the file's end was cut off. Players show what is there, and so
// do decoders; whoever trains wants to know.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// Reads a few bytes anywhere in a file.
class FilmBytes {
 public:
  explicit FilmBytes(const std::filesystem::path& path) : file_(path, std::ios::binary) {
    file_.seekg(0, std::ios::end);
    size_ = file_ ? static_cast<std::uint64_t>(file_.tellg()) : 0;
  }

  std::uint64_t size() const { return size_; }
  /// Up to `count` bytes from `position` on; fewer at the end.
  std::string at(std::uint64_t position, std::size_t count) {
    std::string bytes(count, '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(position));
    file_.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    return bytes;
  }

 private:
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

/// The number in `count` bytes from `first` on, largest byte first.
inline std::uint64_t film_number(std::string_view bytes, std::size_t first, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = first; i < first + count; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

inline std::string film_cut(const char* part, std::uint64_t missing) {
  return concat("truncated: ", missing, " bytes of its ", part, " are missing");
}

inline std::string mp4_fault(FilmBytes& film) {
  bool index = false;
  for (std::uint64_t position = 0; position + 8 <= film.size();) {
    const std::string head = film.at(position, 16);
    if (head.size() < 8) break;
    std::uint64_t length = film_number(head, 0, 4);
    const std::string_view kind = std::string_view(head).substr(4, 4);
    index = index || kind == "moov";
    if (length == 0) break;  // The last box: to the end of the file.
    if (length == 1) {
      if (head.size() < 16) return film_cut("boxes", 16 - head.size());
      length = film_number(head, 8, 8);
    }
    if (length < 8) break;  // No box: FFmpeg says what it thinks of it.
    if (length > film.size() - position)
      return film_cut("boxes", length - (film.size() - position));
    position += length;
  }
  return index ? "" : "truncated: it has no index (moov), which is written last";
}

inline std::string avi_fault(FilmBytes& film) {
  for (std::uint64_t position = 0; position + 12 <= film.size();) {
    const std::string head = film.at(position, 8);
    if (!head.starts_with("RIFF")) break;
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 4;) length = length << 8 | static_cast<unsigned char>(head[i]);
    if (length == 0) break;  // written to a pipe: it never learned its length
    if (length > film.size() - position - 8)
      return film_cut("chunks", length - (film.size() - position - 8));
    position += 8 + length + length % 2;
  }
  return "";
}

/// The bytes of an EBML number that begins with this one, 0 for none.
inline std::size_t ebml_width(unsigned char first) {
  std::size_t width = 1;
  while (width <= 8 && !(first & (0x80u >> (width - 1)))) ++width;
  return width <= 8 ? width : 0;
}

inline std::string matroska_fault(FilmBytes& film) {
  for (std::uint64_t position = 0; position < film.size();) {
    const std::string head = film.at(position, 16);
    const std::size_t id = ebml_width(static_cast<unsigned char>(head[0]));
    if (id == 0 || id >= head.size()) break;
    const std::size_t width = ebml_width(static_cast<unsigned char>(head[id]));
    if (width == 0 || id + width > head.size()) break;
    const std::uint64_t unknown = (std::uint64_t{1} << (7 * width)) - 1;
    const std::uint64_t length = film_number(head, id, width) & unknown;
    if (length == unknown) break;  // recorded live: it never learned its length
    const std::uint64_t rest = film.size() - position - id - width;
    if (length > rest) return film_cut("elements", length - rest);
    position += id + width + length;
  }
  return "";
}

/// What is missing at the end of an MP4, Matroska, WebM or AVI file, as a sentence; empty: nothing
/// that its lengths show.
inline std::string film_fault(const std::filesystem::path& path) {
  FilmBytes film(path);
  const std::string head = film.at(0, 12);
  const std::string_view bytes = head;
  if (bytes.starts_with("\x1A\x45\xDF\xA3")) return matroska_fault(film);
  if (bytes.starts_with("RIFF") && bytes.ends_with("AVI ")) return avi_fault(film);
  if (bytes.substr(std::min<std::size_t>(4, bytes.size())).starts_with("ftyp"))
    return mp4_fault(film);
  return "";
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
