// Zip archives, pickles and PyTorch files, written by hand: also ones that no program would write.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/crc32.hpp>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torch_bytes {

/// The number's bytes, little endian.
template <class N>
std::string little(std::uint64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(N));
}

// ---- Zip ----

struct ZipEntry {
  std::string name, data;
  std::uint16_t flags = 0, method = 0;
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint64_t> size = {}, header = {};  // what the directory says, if not the truth
  std::optional<std::string> local_name = {};
};

/// An archive of these entries; with `wide`, all sizes and positions stand in zip64 fields.
inline std::string zip(const std::vector<ZipEntry>& entries, bool wide = false) {
  std::string bytes, directory;
  for (const ZipEntry& e : entries) {
    const auto header = e.header.value_or(bytes.size()), size = e.size.value_or(e.data.size());
    const std::string& local = e.local_name ? *e.local_name : e.name;
    const std::string extra =
        wide ? little<std::uint16_t>(0x4246) + little<std::uint16_t>(3) + "abc" : std::string();
    bytes += "PK\3\4" + std::string(22, '\0') + little<std::uint16_t>(local.size()) +
             little<std::uint16_t>(extra.size()) + local + extra + e.data;
    const std::string wide_field = little<std::uint16_t>(1) + little<std::uint16_t>(24) +
                                   little<std::uint64_t>(size) + little<std::uint64_t>(size) +
                                   little<std::uint64_t>(header);
    const auto narrow = [&](std::uint64_t n) { return little<std::uint32_t>(wide ? ~0ull : n); };
    directory += "PK\1\2" + little<std::uint32_t>(0) + little<std::uint16_t>(e.flags) +
                 little<std::uint16_t>(e.method) + little<std::uint32_t>(0) +
                 little<std::uint32_t>(e.crc.value_or(adafuse::io::crc32(e.data))) + narrow(size) +
                 narrow(size) + little<std::uint16_t>(e.name.size()) +
                 little<std::uint16_t>(wide ? extra.size() + wide_field.size() : 0) +
                 std::string(10, '\0') + narrow(header) + e.name;
    if (wide) directory += extra + wide_field;
  }
  const std::uint64_t begin = bytes.size(), end = begin + directory.size();
  bytes += directory;
  if (wide)
    bytes += "PK\6\6" + little<std::uint64_t>(44) + std::string(20, '\0') +
             little<std::uint64_t>(entries.size()) + little<std::uint64_t>(directory.size()) +
             little<std::uint64_t>(begin) + "PK\6\7" + little<std::uint32_t>(0) +
             little<std::uint64_t>(end) + little<std::uint32_t>(1);
  const auto count = little<std::uint16_t>(wide ? 0xFFFF : entries.size());
  return bytes + "PK\5\6" + little<std::uint32_t>(0) + count + count +
         little<std::uint32_t>(wide ? ~0ull : directory.size()) +
         little<std::uint32_t>(wide ? ~0ull : begin) + little<std::uint16_t>(0);
}

// ---- Pickles: each function gives the instructions that push one value ----

inline std::string text(std::string_view s) {
  return 'X' + little<std::uint32_t>(s.size()) + std::string(s);
}
inline std::string integer(std::int64_t n) {
  return "\x8a\x08" + little<std::int64_t>(static_cast<std::uint64_t>(n));
}
inline std::string integers(std::initializer_list<std::int64_t> numbers) {
  std::string bytes = "(";
  for (const std::int64_t n : numbers) bytes += integer(n);
  return bytes + 't';
}
inline std::string tuple(const std::string& items) { return '(' + items + 't'; }
inline std::string list(const std::string& items) { return "](" + items + 'e'; }
inline std::string dict(const std::string& items) { return "}(" + items + 'u'; }
inline std::string global(const std::string& module, const std::string& name) {
  return 'c' + module + '\n' + name + '\n';
}
/// module.name(*arguments)
inline std::string call(const std::string& module, const std::string& name,
                        const std::string& arguments) {
  return global(module, name) + tuple(arguments) + 'R';
}
inline std::string storage(const std::string& type, std::string_view key, std::int64_t count,
                           const std::string& more = {}) {
  return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + integer(count) +
               more) +
         'Q';
}
inline std::string tensor(const std::string& of, std::int64_t offset,
                          std::initializer_list<std::int64_t> sizes,
                          std::initializer_list<std::int64_t> strides) {
  return call("torch._utils", "_rebuild_tensor_v2",
              of + integer(offset) + integers(sizes) + integers(strides) + '\x89' +
                  call("collections", "OrderedDict", ""));
}
inline std::string pickle(const std::string& value) { return "\x80\x02" + value + '.'; }

// ---- PyTorch files ----

using Storages = std::vector<std::pair<std::string, std::string>>;  // key, bytes

inline std::string torch_zip(const std::string& value, const Storages& storages) {
  std::vector<ZipEntry> entries{{"a/data.pkl", pickle(value)}};
  for (const auto& [key, bytes] : storages) entries.push_back({"a/data/" + key, bytes});
  return zip(entries);
}

inline const std::string stream_magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// `element` is the bytes of each element of the storages.
inline std::string torch_stream(const std::string& value, const Storages& storages,
                                std::size_t element) {
  std::string keys, data;
  for (const auto& [key, bytes] : storages) {
    keys += text(key);
    data += little<std::uint64_t>(bytes.size() / element) + bytes;
  }
  return pickle(stream_magic) + pickle(integer(1001)) +
         pickle(dict(text("little_endian") + '\x88')) + pickle(value) + pickle(list(keys)) + data;
}

}  // namespace torch_bytes
