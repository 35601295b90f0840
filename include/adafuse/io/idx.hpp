// IDX, the format of MNIST: two zero bytes, the type of the elements, the number of dimensions,
// their sizes (4 bytes each), the elements. The highest byte comes first everywhere.
//
//   const auto images = io::read_idx("train-images-idx3-ubyte");
//   const auto images = io::parse_idx(io::read_gzip(path), path);  // packed; io/zlib.hpp
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/byte_reader.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/raw_elements.hpp>
#include <filesystem>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// The tensor in these bytes, which are one IDX file. Throws FormatError, which begins with `name`.
inline AnyTensor parse_idx(std::string_view bytes, const std::string& name) {
  struct Type {
    std::uint8_t code;
    std::string_view dtype;
  };
  constexpr Type types[] = {{0x08, "U8"},  {0x09, "I8"},  {0x0B, "I16"},
                            {0x0C, "I32"}, {0x0D, "F32"}, {0x0E, "F64"}};
  ByteReader reader(bytes, name);
  require<FormatError>(
      !bytes.starts_with("\x1f\x8b"), name,
      ": idx: packed by gzip; unpack it by io::read_gzip of <adafuse/io/zlib.hpp>");
  const auto zeros = reader.number<std::uint16_t>();
  require<FormatError>(zeros == 0, name, ": no IDX file: it does not begin with two zero bytes");
  const int code = reader.number<std::uint8_t>(), rank = reader.number<std::uint8_t>();
  std::string_view dtype;
  for (const auto& type : types)
    if (type.code == code) dtype = type.dtype;
  require<FormatError>(!dtype.empty(), name, ": idx: elements of type ", code, " are not read");
  require<FormatError>(rank <= Shape::max_rank, name, ": idx: ", rank, " dimensions, at most ",
                       Shape::max_rank, " are read");
  Shape shape;
  for (int d = 0; d < rank; ++d) {
    Index size = 0;
    for (const char byte : reader.take(4)) size = size * 256 + static_cast<unsigned char>(byte);
    try {
      shape.push_back(size);
    } catch (const ShapeError& error) {
      throw FormatError(concat(name, ": idx: ", error.what()));
    }
  }
  return read_elements(reader.take(reader.left()), dtype, shape, name + ": idx",
                       {.big_endian = true});
}

/// Reads an IDX file. Throws IoError, and FormatError with the file's name.
inline AnyTensor read_idx(const std::filesystem::path& path) {
  return parse_idx(read_file(path), path.string());
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
