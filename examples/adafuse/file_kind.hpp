// What a file is, by its first bytes: for an error about one that is no clip.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <filesystem>
#include <string>
#include <string_view>

namespace adafuse::cli {

enum class FileKind { picture, gif, film, text, other };

/// A kind, and how an error calls it.
struct NamedKind {
  FileKind kind;
  const char* name;
};

/// What begins with these bytes. What has a zero byte is no text.
inline NamedKind kind_of_bytes(std::string_view bytes) {
  using namespace std::string_view_literals;
  using enum FileKind;
  const auto at = [&](std::size_t i, std::string_view text) {
    return bytes.size() >= i + text.size() && bytes.substr(i, text.size()) == text;
  };
  if (at(0, "\xFF\xD8\xFF"sv)) return {picture, "a picture (JPEG)"};
  if (at(0, "\x89PNG\r\n\x1A\n"sv)) return {picture, "a picture (PNG)"};
  if (at(0, "RIFF"sv) && at(8, "WEBP"sv)) return {picture, "a picture (WebP)"};
  if (at(0, "GIF8"sv)) return {gif, "a GIF"};
  if (at(0, "RIFF"sv) && at(8, "AVI "sv)) return {film, "a film (AVI)"};
  if (at(0, "\0\0"sv) && at(4, "ftyp"sv)) return {film, "a film (MP4)"};
  if (at(0, "\x1A\x45\xDF\xA3"sv)) return {film, "a film (Matroska)"};
  if (at(0, "\0\0\x01\xBA"sv)) return {film, "a film (MPEG)"};
  if (at(0, "PK\x03\x04"sv)) return {other, "a zip archive or a PyTorch checkpoint"};
  if (at(0, "\x93NUMPY"sv)) return {other, "a NumPy array"};
  if (at(0, "\x1F\x8B"sv)) return {other, "packed by gzip"};
  // The length of a JSON object in 8 bytes, and the object.
  if (at(5, "\0\0\0{"sv)) return {other, "a safetensors file, which holds weights"};
  if (bytes.find('\0') != std::string_view::npos)
    return at(0, "BM"sv) ? NamedKind{picture, "a picture (BMP)"} : NamedKind{other, "no text"};
  return {text, bytes.empty() ? "empty" : "a text"};
}

/// Throws IoError. A pipe may be a text, and is not opened: that would wait for a writer.
inline NamedKind kind_of_file(const std::filesystem::path& path) {
  constexpr std::size_t beginning = 4096;
  if (!std::filesystem::is_regular_file(path)) return {FileKind::text, "no regular file"};
  return kind_of_bytes(io::FileReader(path).start(beginning));
}

}  // namespace adafuse::cli
