// Safetensors: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes.
//
//   {"__metadata__": {"key": "text"}, "fc.weight": {"dtype": "F32", "shape": [9, 64],
//    "data_offsets": [0, 2304]}, ...}
//
// Offsets count from the end of the header. The tensors fill the rest of the file without gap or
// overlap. A file comes from anywhere, so all of this is checked before a byte of data is believed.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/dtype.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <array>
#include <bit>
#include <filesystem>
#include <string>
#include <vector>
#ifndef ADAFUSE_DECLARED_ONLY
#include <adafuse/io/json.hpp>
#include <algorithm>
#endif

namespace adafuse::io::inline ADAFUSE_SIMD {

static_assert(std::endian::native == std::endian::little, "adafuse: files are little endian");

namespace detail {

/// A longer header is refused, as by the format's own library.
inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;

/// One row of the header.
struct SafetensorsEntry {
  std::string name, dtype;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

}  // namespace detail

/// A safetensors file whose header was read and checked, and whose tensors wait to be.
class SafetensorsReader {
 public:
  /// Throws IoError, and FormatError with the file's name for everything that the format does not
  /// allow.
  explicit SafetensorsReader(const std::filesystem::path& path);

  /// What errors call the file.
  const std::string& name() const { return reader_.name(); }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// All tensors, in the order of their bytes.
  const std::vector<detail::SafetensorsEntry>& entries() const { return entries_; }

  /// Reads the tensors, once.
  TensorFile read() &&;

 private:
  FileReader reader_;
  std::map<std::string, std::string> metadata_;
  std::vector<detail::SafetensorsEntry> entries_;
};

/// Reads a safetensors file whole; io/dtype.hpp says what becomes of which type. Throws IoError,
/// and FormatError with the file's name for everything that the format does not allow.
TensorFile read_safetensors(const std::filesystem::path& path);

/// Writes a safetensors file, or leaves what was there. The same content gives the same bytes: wide
/// elements first (so that each tensor is aligned), then by name. Throws IoError, ValueError.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

#ifndef ADAFUSE_DECLARED_ONLY
namespace detail {

inline const Json& member(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  require<FormatError>(found != object.end(), where, ": \"", key, "\" is missing");
  return *found;
}

inline std::uint64_t count_of(const Json& value, const std::string& where) {
  require<FormatError>(value.is_number_unsigned(), where, ": expected a count, got ",
                       json_quote(value));
  const auto count = value.get<std::uint64_t>();
  require<FormatError>(count <= static_cast<std::uint64_t>(std::numeric_limits<Index>::max()),
                       where, ": ", count, " is too large");
  return count;
}

/// One row, checked in itself: known dtype, shape that can be, offsets that fit both.
inline SafetensorsEntry parse_entry(const std::string& name, const Json& json,
                                    const std::string& file) {
  const std::string where = concat(file, ": tensor ", in_quotes(name));
  require<FormatError>(json.is_object(), where, ": expected an object, got ", json.type_name());
  SafetensorsEntry entry{.name = name, .dtype = {}, .shape = {}};

  const Json& dtype = member(json, "dtype", where);
  require<FormatError>(dtype.is_string(), where, ": dtype is not text");
  entry.dtype = dtype.get<std::string>();
  require_dtype(entry.dtype, where);

  const Json& shape = member(json, "shape", where);
  require<FormatError>(shape.is_array(), where, ": shape is not an array");
  try {
    for (const Json& size : shape)
      entry.shape.push_back(static_cast<Index>(count_of(size, where + ": shape")));
  } catch (const ShapeError& error) {
    throw FormatError(concat(where, ": ", error.what()));
  }

  const Json& offsets = member(json, "data_offsets", where);
  require<FormatError>(offsets.is_array() && offsets.size() == 2, where,
                       ": data_offsets is not [begin, end]");
  entry.begin = count_of(offsets[0], where + ": data_offsets");
  entry.end = count_of(offsets[1], where + ": data_offsets");
  std::uint64_t bytes = 0;
  const bool fits = !__builtin_mul_overflow(static_cast<std::uint64_t>(entry.shape.size()),
                                            dtype_bytes(entry.dtype), &bytes);
  require<FormatError>(fits && entry.begin <= entry.end && entry.end - entry.begin == bytes, where,
                       ": ", entry.dtype, " ", entry.shape, " does not take the bytes ",
                       entry.begin, " to ", entry.end);
  return entry;
}

/// All rows in the order of their bytes, checked against each other and against the bytes there
/// are.
inline std::vector<SafetensorsEntry> parse_entries(const Json& header, std::uint64_t data_bytes,
                                                   const std::string& file) {
  std::vector<SafetensorsEntry> unsorted, entries;
  for (const auto& row : header.items())
    if (row.key() != "__metadata__") unsorted.push_back(parse_entry(row.key(), row.value(), file));
  using Place = std::array<std::uint64_t, 3>;  // begin, end, and which it is
  std::vector<Place> places;
  for (const auto& entry : unsorted) places.push_back({entry.begin, entry.end, places.size()});
  std::sort(places.begin(), places.end());
  entries.reserve(places.size());
  for (const Place& place : places)
    entries.push_back(std::move(unsorted[static_cast<std::size_t>(place[2])]));
  std::uint64_t end = 0;
  for (const auto& entry : entries) {
    require<FormatError>(entry.begin == end, file, ": tensor ", in_quotes(entry.name),
                         " begins at byte ", entry.begin, " of the data, expected ", end,
                         entry.begin < end ? " (it overlaps another)" : " (there is a gap)");
    end = entry.end;
  }
  require<FormatError>(end == data_bytes, file, ": the header describes ", end,
                       " bytes of data, the file has ", data_bytes);
  return entries;
}

inline AnyTensor read_entry(FileReader& reader, const SafetensorsEntry& entry) {
  const std::string where = concat(reader.name(), ": tensor ", in_quotes(entry.name));
  return read_as(entry.dtype, where, [&]<class Raw, Scalar T, class Widen>(const Widen& widen) {
    auto tensor = Tensor<T>::uninitialized(entry.shape);
    const auto count = static_cast<std::size_t>(tensor.size());
    if constexpr (std::is_same_v<Widen, std::identity>) {
      reader.read(tensor.data(), count * sizeof(T));
    } else {
      std::vector<Raw> raw(count);
      reader.read(raw.data(), count * sizeof(Raw));
      std::transform(raw.begin(), raw.end(), tensor.data(), widen);
    }
    return tensor;
  });
}

/// The texts of `__metadata__`.
inline std::map<std::string, std::string> parse_metadata(const Json& header,
                                                         const std::string& file) {
  std::map<std::string, std::string> texts;
  const auto metadata = header.find("__metadata__");
  if (metadata == header.end()) return texts;
  require<FormatError>(metadata->is_object(), file, ": __metadata__ is not an object");
  for (const auto& row : metadata->items()) {
    require<FormatError>(row.value().is_string(), file, ": __metadata__ ", in_quotes(row.key()),
                         " is not text");
    texts[row.key()] = row.value().get<std::string>();
  }
  return texts;
}

}  // namespace detail

ADAFUSE_FUNCTION SafetensorsReader::SafetensorsReader(const std::filesystem::path& path)
    : reader_((require_regular_file(path), path)) {
  const std::string& name = reader_.name();
  const std::uint64_t file_bytes = reader_.size();
  std::uint64_t header_bytes = 0;
  require<FormatError>(file_bytes >= sizeof header_bytes, name,
                       ": truncated: expected 8 bytes of header length, got ", file_bytes);
  reader_.read(&header_bytes, sizeof header_bytes);
  require<FormatError>(header_bytes <= detail::longest_safetensors_header &&
                           header_bytes <= file_bytes - sizeof header_bytes,
                       name, ": not safetensors, or truncated: a header of ", header_bytes,
                       " bytes in a file of ", file_bytes);
  std::string text(static_cast<std::size_t>(header_bytes), '\0');
  reader_.read(text.data(), text.size());
  require<FormatError>(text.starts_with('{'), name, ": not safetensors: the header is no object");
  const Json header = parse_json(text, name + " (header)");
  metadata_ = detail::parse_metadata(header, name);
  entries_ = detail::parse_entries(header, file_bytes - sizeof header_bytes - header_bytes, name);
}

ADAFUSE_FUNCTION TensorFile SafetensorsReader::read() && {
  require_memory(reader_.size(), name());
  TensorFile file;
  file.name = name();
  file.metadata = std::move(metadata_);
  for (const auto& entry : entries_)
    file.tensors.emplace(entry.name, detail::read_entry(reader_, entry));
  return file;
}

ADAFUSE_FUNCTION TensorFile read_safetensors(const std::filesystem::path& path) {
  return SafetensorsReader(path).read();
}

ADAFUSE_FUNCTION void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  struct Row {
    const std::string* name;
    const AnyTensor* tensor;
    std::uint64_t element, bytes;
  };
  std::vector<Row> rows;
  for (const auto& [name, tensor] : file.tensors) {
    require<ValueError>(name != "__metadata__", "write_safetensors: no tensor may be called ",
                        name);
    const std::uint64_t element = dtype_bytes(dtype_name(tensor));
    rows.push_back(
        {&name, &tensor, element, element * static_cast<std::uint64_t>(shape_of(tensor).size())});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.element > b.element; });

  Json header = Json::object();
  // Straight at the end: to assign by key is to look at every key before it.
  auto& members = header.get_ref<Json::object_t&>();
  if (!file.metadata.empty()) members.emplace_back("__metadata__", file.metadata);
  std::uint64_t end = 0;
  for (const Row& row : rows) {
    const Shape& shape = shape_of(*row.tensor);
    members.emplace_back(*row.name, Json{{"dtype", dtype_name(*row.tensor)},
                                         {"shape", std::vector<Index>(shape.begin(), shape.end())},
                                         {"data_offsets", {end, end + row.bytes}}});
    end += row.bytes;
  }
  std::string text = json_text(header, -1);
  text.append((8 - text.size() % 8) % 8, ' ');  // the data starts at a multiple of 8
  const std::uint64_t header_bytes = text.size();

  FileWriter writer(path);
  writer.write(&header_bytes, sizeof header_bytes);
  writer.write(text);
  for (const Row& row : rows)
    std::visit([&](const auto& x) { writer.write(x.data(), row.bytes); }, *row.tensor);
  writer.commit();
}

#endif

}  // namespace adafuse::io::inline ADAFUSE_SIMD
