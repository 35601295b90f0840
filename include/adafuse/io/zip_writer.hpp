// Writing zip archives whose entries are stored as they are. What is larger than 4 GiB is refused.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/crc32.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <bit>
#include <limits>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// An archive that grows beside `path` and takes its place at `commit()`, as a FileWriter's file.
class ZipWriter {
 public:
  /// Begins an archive. Throws IoError.
  explicit ZipWriter(const std::filesystem::path& path) : name_(path.string()), writer_(path) {}

  /// Adds an entry; names are not compared. Throws IoError, ValueError for more than 4 GiB.
  void add(std::string_view entry, std::string_view bytes) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;
    require<ValueError>(
        entry.size() < 0xFFFF && entries_ + 1 < 0xFFFF && bytes.size() < most &&
            written_ + 2 * entry.size() + bytes.size() + directory_.size() + 1024 < most,
        name_, ": zip: entry ", in_quotes(entry), " of ", bytes.size(),
        " bytes makes the archive larger than 4 GiB, which is not written");
    std::string fields;                      // of both headers alike
    append<std::uint16_t>(fields, 20);       // version
    append<std::uint16_t>(fields, 1 << 11);  // names are UTF-8
    append<std::uint16_t>(fields, 0);        // stored
    append<std::uint16_t>(fields, 0);        // time: midnight
    append<std::uint16_t>(fields,
                          1 << 5 | 1);  // date: the first of all, so that bytes are the same
    append(fields, crc32(bytes));
    append(fields, static_cast<std::uint32_t>(bytes.size()));  // packed
    append(fields, static_cast<std::uint32_t>(bytes.size()));
    append(fields, static_cast<std::uint16_t>(entry.size()));
    append<std::uint16_t>(fields, 0);  // extra fields

    append<std::uint32_t>(directory_, 0x02014b50);
    append<std::uint16_t>(directory_, 20);
    directory_ += fields;
    append<std::uint16_t>(directory_, 0);  // comment
    append<std::uint16_t>(directory_, 0);  // disk
    append<std::uint16_t>(directory_, 0);  // attributes
    append<std::uint32_t>(directory_, 0);
    append(directory_, static_cast<std::uint32_t>(written_));
    directory_ += entry;

    std::string header;
    append<std::uint32_t>(header, 0x04034b50);
    header += fields;
    header += entry;
    write(header);
    write(bytes);
    ++entries_;
  }

  /// Writes the list of entries: without it the file at `path` stays as it was.
  void commit() {
    const auto begin = static_cast<std::uint32_t>(written_);
    std::string end;
    append<std::uint32_t>(end, 0x06054b50);
    append<std::uint16_t>(end, 0);
    append<std::uint16_t>(end, 0);
    append(end, static_cast<std::uint16_t>(entries_));
    append(end, static_cast<std::uint16_t>(entries_));
    append(end, static_cast<std::uint32_t>(directory_.size()));
    append(end, begin);
    append<std::uint16_t>(end, 0);
    write(directory_);
    write(end);
    writer_.commit();
  }

 private:
  /// The number's bytes, little endian, as all numbers here.
  template <class N>
  static void append(std::string& text, std::type_identity_t<N> number) {
    static_assert(std::endian::native == std::endian::little);
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void append(std::string& text, std::uint32_t number) {
    append<std::uint32_t>(text, number);
  }
  static void append(std::string& text, std::uint16_t number) {
    append<std::uint16_t>(text, number);
  }
  void write(std::string_view bytes) {
    writer_.write(bytes);
    written_ += bytes.size();
  }

  std::string name_;
  FileWriter writer_;
  std::uint64_t written_ = 0, entries_ = 0;
  std::string directory_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
