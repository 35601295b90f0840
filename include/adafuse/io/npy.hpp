// NumPy's files of one array.
//
//   "\x93NUMPY", version (2 bytes), length of the header (2 bytes, from version 2 on 4), the
//   header, the elements
//
// The header is a dictionary as Python writes it, {'descr': '<f4', 'fortran_order': False, 'shape':
// (2, 3), }, which is read here as far as NumPy writes it. Nothing in a file is executed: arrays of
// Python objects are refused.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/byte_reader.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/raw_elements.hpp>
#include <charconv>
#include <filesystem>
#include <optional>

namespace adafuse::io::inline ADAFUSE_SIMD {

namespace detail {

/// What the header of an array says.
struct NpyHeader {
  std::string_view dtype;  // as io/dtype.hpp calls it
  ElementOrder order;
  Shape shape;
};

/// Reads the dictionary, left to right.
class NpyHeaderParser {
 public:
  NpyHeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  NpyHeader parse() {
    std::optional<std::string_view> descr;
    std::optional<bool> by_columns;
    std::optional<Shape> shape;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !descr)
        descr = type();
      else if (key == "fortran_order" && !by_columns)
        by_columns = truth();
      else if (key == "shape" && !shape)
        shape = sizes();
      else
        fail("the key ", in_quotes(key), " is unknown, or there twice");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!text_.empty()) fail(in_quotes(text_), " follows the dictionary");
    if (!descr || !by_columns || !shape) fail("descr, fortran_order or shape is missing");
    NpyHeader header{.dtype = {}, .order = {}, .shape = *shape};
    header.order.by_columns = *by_columns;
    read_type(*descr, header);
    return header;
  }

 private:
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw FormatError(concat(where_, ": npy: header: ", parts...));
  }

  void skip_spaces() {
    const auto begin = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(begin == std::string_view::npos ? text_.size() : begin);
  }
  bool accept(char c) {
    skip_spaces();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail("expected '", c, "' before ", in_quotes(text_));
  }

  std::string_view quoted() {
    skip_spaces();
    if (!text_.starts_with('\'') && !text_.starts_with('"'))
      fail("expected a text before ", in_quotes(text_));
    const auto end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) fail("a text does not end");
    const auto inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside;
  }

  std::string_view type() {
    skip_spaces();
    if (text_.starts_with('[')) fail("records of several types are not read");
    return quoted();
  }

  bool truth() {
    skip_spaces();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    fail("expected True or False before ", in_quotes(text_));
  }

  Shape sizes() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      Index size = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0) fail("expected a size before ", in_quotes(text_));
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      accept('L');  // as Python 2 wrote it
      try {
        shape.push_back(size);
      } catch (const ShapeError& problem) {
        fail(problem.what());
      }
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  /// "<f4": the order of bytes, the kind, the number of bytes.
  void read_type(std::string_view descr, NpyHeader& header) const {
    struct Type {
      std::string_view descr, dtype;
    };
    constexpr Type types[] = {{"f4", "F32"}, {"f8", "F64"}, {"f2", "F16"}, {"i1", "I8"},
                              {"i2", "I16"}, {"i4", "I32"}, {"i8", "I64"}, {"u1", "U8"},
                              {"u2", "U16"}, {"u4", "U32"}, {"u8", "U64"}, {"b1", "BOOL"}};
    if (!descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos) {
      header.order.big_endian = descr.front() == '>';
      for (const auto& type : types)
        if (descr.substr(1) == type.descr) header.dtype = type.dtype;
    }
    if (header.dtype.empty())
      fail("elements of type ", in_quotes(descr),
           " are not read; expected floats of 2, 4 or 8 bytes, whole numbers or bools");
  }

  std::string_view text_;
  const std::string& where_;
};

inline constexpr std::string_view npy_magic{"\x93NUMPY", 6};

}  // namespace detail

/// The array in these bytes, which are one .npy file; io/dtype.hpp says what becomes of which type.
/// Throws FormatError, which begins with `name`.
inline AnyTensor parse_npy(std::string_view bytes, const std::string& name) {
  ByteReader reader(bytes, name);
  require<FormatError>(bytes.starts_with(detail::npy_magic), name, ": no file of NumPy: expected ",
                       in_quotes(detail::npy_magic), " at its start");
  reader.take(detail::npy_magic.size());
  const int version = reader.number<std::uint8_t>();
  reader.take(1);
  require<FormatError>(1 <= version && version <= 3, name, ": npy: version ", version,
                       " is not read");
  const std::uint64_t length =
      version == 1 ? reader.number<std::uint16_t>() : reader.number<std::uint32_t>();
  const auto header = detail::NpyHeaderParser(reader.take(length), name).parse();
  return read_elements(reader.take(reader.left()), header.dtype, header.shape, name + ": npy",
                       header.order);
}

/// Reads a .npy file. Throws IoError, and FormatError with the file's name.
inline AnyTensor read_npy(const std::filesystem::path& path) {
  return parse_npy(read_file(path), path.string());
}

/// The head of a .npy file (version 1.0) for such a tensor; its elements follow.
inline std::string npy_head(const AnyTensor& tensor) {
  const std::string_view dtype = dtype_name(tensor);
  const char* const descr = dtype == "F32"   ? "<f4"
                            : dtype == "F64" ? "<f8"
                            : dtype == "I32" ? "<i4"
                            : dtype == "I64" ? "<i8"
                                             : "|u1";
  std::string sizes;
  for (const Index size : shape_of(tensor)) sizes += concat(sizes.empty() ? "" : ", ", size);
  if (shape_of(tensor).rank() == 1) sizes += ",";
  std::string header =
      concat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (", sizes, "), }");
  const std::size_t fixed = detail::npy_magic.size() + 4;
  while ((fixed + header.size() + 1) % 64 != 0) header += ' ';  // the elements are aligned
  header += '\n';
  std::string head(detail::npy_magic);
  head +=
      {'\1', '\0', static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
  return head + header;
}

/// The elements of a tensor as bytes, in order.
inline std::string_view bytes_of(const AnyTensor& tensor) {
  return std::visit(
      [](const auto& x) {
        return std::string_view(reinterpret_cast<const char*>(x.data()), x.values().size_bytes());
      },
      tensor);
}

/// Writes a .npy file, or leaves what was there. Throws IoError.
inline void write_npy(const std::filesystem::path& path, const AnyTensor& tensor) {
  FileWriter writer(path);
  writer.write(npy_head(tensor));
  writer.write(bytes_of(tensor));
  writer.commit();
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
