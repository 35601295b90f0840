// The two forms of a PyTorch file: what holds the pickle and the bytes of the storages.
//
//   zip (1.6 and later)   <prefix>/data.pkl, <prefix>/data/<key> for each storage, all stored
//   stream (before)       four pickles (a magic number, a version, facts about the machine, the
//                         object), a fifth with the list of keys, then for each key a count of 8
//                         bytes and the elements
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/pickle.hpp>
#include <adafuse/io/torch_objects.hpp>
#include <adafuse/io/zip_archive.hpp>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A file that was opened: its object, and the bytes of every storage that the object names. All
/// are windows onto the file's bytes.
struct TorchContainer {
  pickle::Values values;                              ///< of the pickle
  TorchObjects objects;                               ///< the builder that read them
  pickle::Ref root = 0;                               ///< the pickle's one result
  std::map<std::string_view, std::string_view> data;  ///< by key

  /// What errors call a value: its kind, and the name that it has in the file.
  std::string shown(pickle::Ref ref) const {
    const auto* opaque = values.as<pickle::Opaque>(ref);
    if (!opaque) return std::string(pickle::kind_of(values[ref]));
    return concat("what asks for ", in_quotes(concat(opaque->module, '.', opaque->name)),
                  ", which is not known here; nothing was executed");
  }
  /// Ends an error about what was not found: the file may have hidden it in something unknown.
  std::string asks_for() const {
    const auto names = objects.foreign();
    if (names.empty()) return "";
    return concat("; the file asks for ", in_quotes(names.front()),
                  names.size() > 1 ? " and others" : "", " beside, of which nothing was executed");
  }
};

namespace detail {

/// The bytes that a storage takes. Throws FormatError for more than a file could hold.
inline std::uint64_t storage_bytes(const TorchStorage& storage, const std::string& file) {
  std::uint64_t bytes = 0;
  const bool fits = !__builtin_mul_overflow(static_cast<std::uint64_t>(storage.count),
                                            storage.type->bytes, &bytes);
  require<FormatError>(fits, file, ": storage ", in_quotes(storage.key), " of ", storage.count, " ",
                       storage.type->dtype, " is too large");
  return bytes;
}

/// The one "<prefix>/data.pkl" of an archive, as its prefix with the slash.
inline std::string archive_prefix(const ZipArchive& archive, const std::string& file) {
  constexpr std::string_view pickle_name = "data.pkl";
  std::string prefix;
  for (const auto& [name, entry] : archive.entries())
    if (const auto slash = name.find('/'); name.substr(slash + 1) == pickle_name) {
      require<FormatError>(prefix.empty(), file, ": zip: more than one data.pkl");
      prefix = name.substr(0, slash + 1);
    }
  require<FormatError>(!prefix.empty(), file, ": a zip archive, and none of PyTorch's: expected ",
                       "an entry <name>/data.pkl");
  return prefix;
}

inline TorchContainer open_torch_zip(std::string_view bytes, const std::string& file) {
  const ZipArchive archive(bytes, file);
  const std::string prefix = archive_prefix(archive, file);
  if (const std::string order = prefix + "byteorder"; archive.contains(order))
    require<FormatError>(archive.read(order) == "little", file, ": expected little-endian data, ",
                         "got ", in_quotes(archive.read(order)));
  TorchContainer container;
  ByteReader reader(archive.read(prefix + "data.pkl"), file + ": data.pkl");
  container.root = pickle::unpickle(reader, container.values, container.objects);
  require<FormatError>(reader.left() == 0, file, ": data.pkl: ", reader.left(),
                       " bytes follow the pickle");
  for (const auto& [key, storage] : container.objects.storages()) {
    const std::uint64_t expected = storage_bytes(storage, file);
    const auto data = archive.read(concat(prefix, "data/", key));
    require<FormatError>(data.size() >= expected, file, ": storage ", in_quotes(key), " has ",
                         data.size(), " bytes, expected ", expected);
    container.data[key] = data.substr(0, static_cast<std::size_t>(expected));
  }
  return container;
}

/// The magic number, the version of the form, and the order of bytes.
inline void check_stream_head(ByteReader& reader, TorchContainer& container) {
  const auto& values = container.values;
  const auto next = [&] { return pickle::unpickle(reader, container.values, container.objects); };
  const pickle::Ref first = next();
  const auto* magic = values.as<pickle::BigInteger>(first);
  require<FormatError>(magic && magic->bytes == "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
                       reader.name(), ": a pickle, and none of PyTorch's: expected its magic ",
                       "number, got ", container.shown(first));
  const auto* version = values.as<std::int64_t>(next());
  require<FormatError>(version && *version == 1001, reader.name(),
                       ": expected version 1001 of PyTorch's stream form");
  const auto* machine = values.as<pickle::Dict>(next());
  require<FormatError>(machine, reader.name(), ": expected a dict of facts about the machine");
  for (const auto& [key, value] : machine->items)
    if (const auto* text = values.as<pickle::Text>(key); text && text->text == "little_endian") {
      const auto* little = values.as<bool>(value);
      require<FormatError>(little && *little, reader.name(), ": expected little-endian data");
    }
}

inline TorchContainer open_torch_stream(std::string_view bytes, const std::string& file) {
  TorchContainer container;
  ByteReader reader(bytes, file);
  check_stream_head(reader, container);
  container.root = pickle::unpickle(reader, container.values, container.objects);
  const auto* keys = container.values.as<pickle::List>(
      pickle::unpickle(reader, container.values, container.objects));
  require<FormatError>(keys, file, ": expected the list of the storages' keys");
  const auto& storages = container.objects.storages();
  for (const pickle::Ref ref : keys->items) {
    const auto* key = container.values.as<pickle::Text>(ref);
    require<FormatError>(key, file, ": expected a storage's key, got ",
                         pickle::kind_of(container.values[ref]));
    const auto storage = storages.find(key->text);
    require<FormatError>(storage != storages.end(), file, ": nothing refers to storage ",
                         in_quotes(key->text), container.asks_for());
    const auto count = reader.number<std::int64_t>();
    require<FormatError>(count == storage->second.count, file, ": storage ", in_quotes(key->text),
                         " has ", count, " elements, expected ", storage->second.count);
    const auto data = reader.take(storage_bytes(storage->second, file));
    require<FormatError>(container.data.emplace(key->text, data).second, file, ": storage ",
                         in_quotes(key->text), " is there twice");
  }
  for (const auto& [key, storage] : storages)
    require<FormatError>(container.data.count(key) > 0, file, ": storage ", in_quotes(key),
                         " is missing");
  require<FormatError>(reader.left() == 0, file, ": ", reader.left(),
                       " bytes follow the last storage");
  return container;
}

}  // namespace detail

/// So many bytes tell whether a file may be PyTorch's.
inline constexpr std::size_t torch_start_bytes = 262;

/// Throws FormatError unless a file that begins with these bytes may be one of PyTorch's. `file` is
/// what errors call it.
inline void check_torch_start(std::string_view bytes, const std::string& file) {
  if (bytes.starts_with("PK") || bytes.starts_with('\x80')) return;
  constexpr std::size_t tar_mark = 257;
  const bool tar = bytes.size() > tar_mark && bytes.substr(tar_mark).starts_with("ustar");
  throw FormatError(file + ": no PyTorch file: expected a zip archive or a pickle, got " +
                    (bytes.empty() ? "an empty file"
                     : tar         ? "a tar archive (a form of before 2017, which is not read)"
                                   : "bytes that start with " + in_quotes(bytes.substr(0, 8))));
}

/// Opens a PyTorch file in memory that outlives the result. `file` is what errors call it. Throws
/// FormatError for what is neither form, and for damage.
inline TorchContainer open_torch(std::string_view bytes, const std::string& file) {
  check_torch_start(bytes, file);
  return bytes.starts_with("PK") ? detail::open_torch_zip(bytes, file)
                                 : detail::open_torch_stream(bytes, file);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
