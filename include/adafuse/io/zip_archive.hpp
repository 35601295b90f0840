// Zip archives whose entries are stored as they are, as PyTorch writes them; those that are packed
// by deflate are found, for who unpacks them (io/npz.hpp).
//
//   [local header, name, extra, data] ... [central directory] [zip64 end] [end, 22 bytes]
//
// The central directory says what there is and where; the local headers only say where the data
// begins. Sizes that need more than 32 bits stand in zip64 fields. A file comes from anywhere, so
// all ranges are checked against the file and against each other before any is handed out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/byte_reader.hpp>
#include <adafuse/io/crc32.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// Which entries an archive may have; others are refused.
enum class ZipEntries { stored, stored_or_deflated };

/// A zip archive in memory.
class ZipArchive {
 public:
  /// One file of the archive.
  struct Entry {
    std::uint64_t header = 0;  ///< where the local header begins
    std::string_view data;     ///< as it is in the archive
    std::uint32_t crc = 0;     ///< of what is unpacked
    std::uint16_t method = 0;  ///< 0: stored, 8: deflate
    std::uint64_t size = 0;    ///< of what is unpacked, as the directory claims it
  };

  /// Reads the directory of an archive in memory that outlives this. `name` is what errors call it.
  /// Throws FormatError.
  ZipArchive(std::string_view bytes, std::string name, ZipEntries allowed = ZipEntries::stored)
      : bytes_(bytes), name_(std::move(name)), allowed_(allowed) {
    const Directory directory = find_directory();
    ByteReader reader(bytes.substr(0, directory.begin + directory.size), name_, directory.begin);
    for (std::uint64_t i = 0; i < directory.entries; ++i) read_entry(reader, directory.begin);
    require<FormatError>(reader.left() == 0, name_, ": zip: ", reader.left(),
                         " bytes follow the last entry of the directory");
    check_disjoint();
  }

  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  /// Whether there is an entry of this name.
  bool contains(std::string_view entry) const { return entries_.find(entry) != entries_.end(); }

  /// The bytes of an entry that is stored: a window onto the archive. Throws FormatError when there
  /// is none of that name, or its bytes do not have the CRC-32 that the directory says.
  std::string_view read(std::string_view entry) const {
    const auto found = entries_.find(entry);
    require<FormatError>(found != entries_.end(), name_, ": zip: no entry ", in_quotes(entry));
    const Entry& stored = found->second;
    require<FormatError>(stored.method == 0, name_, ": zip: entry ", in_quotes(entry),
                         " is compressed");
    const std::uint32_t got = crc32(stored.data);
    require<FormatError>(got == stored.crc, name_, ": zip: entry ", in_quotes(entry),
                         " is damaged: CRC-32 ", got, ", expected ", stored.crc);
    return stored.data;
  }

 private:
  struct Directory {
    std::uint64_t begin = 0, size = 0, entries = 0;
  };
  static constexpr std::uint32_t full16 = 0xFFFF, full32 = 0xFFFFFFFF;  // see the zip64 field
  static constexpr std::size_t end_bytes = 22, locator_bytes = 20;

  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    require<FormatError>(ok, name_, ": zip: ", parts...);
  }

  ByteReader at(std::uint64_t position) const { return ByteReader(bytes_, name_, position); }

  bool signed_at(std::uint64_t position, std::uint32_t signature) const {
    return position <= bytes_.size() && bytes_.size() - position >= sizeof signature &&
           at(position).number<std::uint32_t>() == signature;
  }

  /// Where the end record begins: behind it comes only its comment, of the length that it says.
  std::size_t find_end() const {
    for (std::size_t comment = 0; comment <= full16 && comment + end_bytes <= bytes_.size();
         ++comment) {
      const std::size_t end = bytes_.size() - end_bytes - comment;
      if (signed_at(end, 0x06054b50) && at(end + 20).number<std::uint16_t>() == comment) return end;
    }
    throw FormatError(name_ + ": zip: no end of the central directory: truncated, or no archive");
  }

  Directory find_directory() const {
    const std::size_t end = find_end();
    ByteReader reader = at(end + 4);
    const auto disk = reader.number<std::uint16_t>(), first_disk = reader.number<std::uint16_t>(),
               here = reader.number<std::uint16_t>(), entries = reader.number<std::uint16_t>();
    const auto size = reader.number<std::uint32_t>(), begin = reader.number<std::uint32_t>();
    check(disk == 0 && first_disk == 0 && here == entries, "in several parts, which is not read");
    Directory directory{.begin = begin, .size = size, .entries = entries};
    std::uint64_t limit = end;
    if (entries == full16 || size == full32 || begin == full32) {
      check(end >= locator_bytes && signed_at(end - locator_bytes, 0x07064b50),
            "sizes refer to a zip64 record, and there is none");
      limit = at(end - locator_bytes + 8).number<std::uint64_t>();
      check(limit <= end - locator_bytes && signed_at(limit, 0x06064b50),
            "no zip64 record at byte ", limit);
      ByteReader wide = at(limit + 32);
      if (const auto n = wide.number<std::uint64_t>(); entries == full16) directory.entries = n;
      if (const auto n = wide.number<std::uint64_t>(); size == full32) directory.size = n;
      if (const auto n = wide.number<std::uint64_t>(); begin == full32) directory.begin = n;
    }
    check(directory.begin <= limit && directory.size <= limit - directory.begin, "a directory of ",
          directory.size, " bytes at byte ", directory.begin, " does not fit before byte ", limit);
    return directory;
  }

  /// One entry of the directory, and its local header.
  void read_entry(ByteReader& reader, std::uint64_t directory_begin) {
    const auto signature = reader.number<std::uint32_t>();
    check(signature == 0x02014b50, "no directory entry before byte ", reader.position());
    reader.take(4);  // versions
    const auto flags = reader.number<std::uint16_t>(), method = reader.number<std::uint16_t>();
    reader.take(4);  // time and date
    Entry entry;
    entry.crc = reader.number<std::uint32_t>();
    const auto packed32 = reader.number<std::uint32_t>(), size32 = reader.number<std::uint32_t>();
    const auto name_bytes = reader.number<std::uint16_t>(),
               extra_bytes = reader.number<std::uint16_t>(),
               comment_bytes = reader.number<std::uint16_t>();
    reader.take(8);  // disk, attributes
    const auto header32 = reader.number<std::uint32_t>();
    const std::string_view entry_name = reader.take(name_bytes);
    ByteReader wide = zip64_field(reader.take(extra_bytes), entry_name);
    reader.take(comment_bytes);
    const auto widened = [&](std::uint32_t n) {
      return n == full32 ? wide.number<std::uint64_t>() : n;
    };
    const std::uint64_t size = widened(size32), packed = widened(packed32);
    entry.header = widened(header32);

    check((flags & 1) == 0, "entry ", in_quotes(entry_name), " is encrypted, which is not read");
    const bool stored = method == 0 && packed == size;
    const bool deflated = method == 8 && allowed_ == ZipEntries::stored_or_deflated;
    check(stored || deflated, "entry ", in_quotes(entry_name), " is compressed (method ", method,
          "), which is not read");
    // Deflate packs at most 1032 to 1: what is claimed beyond is not there.
    check(stored || size / 1032 <= packed, "entry ", in_quotes(entry_name), " of ", packed,
          " packed bytes claims to be ", size);
    entry.method = method;
    entry.size = size;
    entry.data = data_of(entry_name, entry.header, packed, directory_begin);
    check(entries_.emplace(entry_name, entry).second, "entry ", in_quotes(entry_name),
          " is there twice");
  }

  /// The inside of the zip64 field among the extra fields: empty when there is none.
  ByteReader zip64_field(std::string_view extra, std::string_view entry_name) const {
    const std::string where = concat(name_, ": zip: extra fields of ", in_quotes(entry_name));
    for (ByteReader reader(extra, where); reader.left() > 0;) {
      const auto id = reader.number<std::uint16_t>(), bytes = reader.number<std::uint16_t>();
      const std::string_view inside = reader.take(bytes);
      if (id == 1) return ByteReader(inside, where);
    }
    return ByteReader({}, where);
  }

  std::string_view data_of(std::string_view entry_name, std::uint64_t header, std::uint64_t size,
                           std::uint64_t limit) const {
    check(header < limit && signed_at(header, 0x04034b50), "no local header of ",
          in_quotes(entry_name), " at byte ", header);
    ByteReader reader(bytes_.substr(0, limit), name_, header + 26);
    const auto name_bytes = reader.number<std::uint16_t>(),
               extra_bytes = reader.number<std::uint16_t>();
    const std::string_view local_name = reader.take(name_bytes);
    check(local_name == entry_name, "the directory's ", in_quotes(entry_name), " is ",
          in_quotes(local_name), " in its local header");
    reader.take(extra_bytes);
    check(size <= reader.left(), "entry ", in_quotes(entry_name), " of ", size, " bytes at byte ",
          reader.position(), " reaches into the directory");
    return reader.take(size);
  }

  void check_disjoint() const {
    std::vector<const Entry*> sorted;
    for (const auto& [name, entry] : entries_) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* a, const Entry* b) { return a->header < b->header; });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      const auto end = sorted[i - 1]->data.data() + sorted[i - 1]->data.size() - bytes_.data();
      check(static_cast<std::uint64_t>(end) <= sorted[i]->header, "entries overlap at byte ",
            sorted[i]->header);
    }
  }

  std::string_view bytes_;
  std::string name_;
  ZipEntries allowed_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
