// Stored zip archives, well-formed and hostile.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/zip_archive.hpp>

#include "torch_bytes.hpp"

namespace zip_archive_test {

using namespace adafuse;
using io::ZipArchive;
using torch_bytes::little;
using torch_bytes::ZipEntry;

namespace {

void check_refused(const std::string& bytes, const char* reason) {
  CHECK_THROWS_WITH_AS(ZipArchive(bytes, "a.zip"), doctest::Contains(reason), FormatError);
  CHECK_THROWS_WITH_AS(ZipArchive(bytes, "a.zip"), doctest::Contains("a.zip: "), FormatError);
}

}  // namespace

TEST_CASE("zip: entries are read as they were stored, with and without zip64 fields") {
  const std::vector<ZipEntry> entries{{"a/x", "hello"}, {"a/empty", ""}, {"b", "12345678901"}};
  for (const bool wide : {false, true}) {
    const std::string bytes = torch_bytes::zip(entries, wide);
    const ZipArchive archive(bytes, "a.zip");
    CHECK(archive.entries().size() == 3);
    for (const ZipEntry& e : entries) CHECK(archive.read(e.name) == e.data);
    CHECK(!archive.contains("x"));
    CHECK_THROWS_WITH_AS(archive.read("x"), "a.zip: zip: no entry \"x\"", FormatError);
  }
}

TEST_CASE("zip: a comment may follow, an archive may be empty") {
  std::string bytes = torch_bytes::zip({{"x", "1"}});
  bytes[bytes.size() - 2] = 5;
  const std::string commented = bytes + "hello";
  CHECK(ZipArchive(commented, "a.zip").read("x") == "1");
  check_refused(bytes + "hell", "no end of the central directory");
  const std::string empty = torch_bytes::zip({});
  CHECK(ZipArchive(empty, "a.zip").entries().empty());
}

TEST_CASE("zip: a wrong check sum is found when the entry is read, for every flipped bit") {
  std::string bytes = torch_bytes::zip({{"x", "some data"}, {"y", "more"}});
  const auto at = bytes.find("some data");
  for (std::size_t bit = 0; bit < 8 * 9; ++bit) {
    std::string broken = bytes;
    broken[at + bit / 8] = static_cast<char>(broken[at + bit / 8] ^ (1 << bit % 8));
    const ZipArchive archive(broken, "a.zip");
    CHECK(archive.read("y") == "more");
    CHECK_THROWS_WITH_AS(archive.read("x"), doctest::Contains("\"x\" is damaged"), FormatError);
  }
}

TEST_CASE("zip: what is not stored as it is, is refused") {
  check_refused(torch_bytes::zip({{"x", "1", 0, 8}}), "\"x\" is compressed (method 8)");
  check_refused(torch_bytes::zip({{"x", "1", 1}}), "\"x\" is encrypted");
}

TEST_CASE("zip: entries that overlap, reach too far, repeat or misname themselves are refused") {
  const std::uint64_t large = 1ull << 62;
  for (const bool wide : {false, true}) {
    check_refused(torch_bytes::zip({{.name = "x", .data = "1", .size = 2}}, wide),
                  "reaches into the directory");
    check_refused(
        torch_bytes::zip({{.name = "x", .data = "1", .size = wide ? ~0ull : 0xFFFFFFFE}}, wide),
        "reaches into the directory");
    check_refused(
        torch_bytes::zip({{.name = "x", .data = "1", .header = wide ? large : 77777}}, wide),
        "no local header of \"x\"");
    check_refused(torch_bytes::zip({{.name = "x", .data = "1", .size = 20}, {"y", "2"}}, wide),
                  "entries overlap");
    check_refused(torch_bytes::zip({{"x", "1"}, {.name = "x", .data = "2", .header = 0}}, wide),
                  "\"x\" is there twice");
    check_refused(torch_bytes::zip({{.name = "x", .data = "1", .local_name = "y"}}, wide),
                  "the directory's \"x\" is \"y\" in its local header");
  }
}

TEST_CASE("zip: zip64 fields that are missing or point nowhere are refused") {
  std::string bytes = torch_bytes::zip({{"x", "1"}}, true);
  const auto locator = bytes.rfind("PK\6\7");
  std::string broken = bytes;
  broken[locator] = 'x';
  check_refused(broken, "refer to a zip64 record, and there is none");
  broken = bytes;
  broken.replace(locator + 8, 8, little<std::uint64_t>(~0ull));
  check_refused(broken, "no zip64 record at byte 18446744073709551615");
  broken = bytes;
  broken.replace(bytes.rfind("PK\6\6") + 48, 8, little<std::uint64_t>(~0ull));
  check_refused(broken, "does not fit before byte");
  broken = bytes;
  broken[bytes.find("PK\1\2") + 47 + 7] = 2;  // the id of the zip64 field
  check_refused(broken, "extra fields of \"x\": truncated");
}

TEST_CASE("zip: a directory of several parts or with too few entries is refused") {
  std::string bytes = torch_bytes::zip({{"x", "1"}, {"y", "2"}});
  const auto end = bytes.size() - 22;
  std::string broken = bytes;
  broken[end + 4] = 1;
  check_refused(broken, "in several parts");
  broken = bytes;
  broken[end + 8] = broken[end + 10] = 1;
  check_refused(broken, "follow the last entry");
  broken[end + 8] = broken[end + 10] = 3;
  check_refused(broken, "truncated");
}

TEST_CASE("zip: truncated anywhere, it is refused; with any byte changed, read or refused") {
  for (const bool wide : {false, true}) {
    const std::string bytes = torch_bytes::zip({{"x", "abc"}, {"yy", "de"}}, wide);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      CHECK_THROWS_AS(ZipArchive(bytes.substr(0, length), "a.zip"), FormatError);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (const int change : {1, 2, 0x80, 0xFF}) {
        std::string broken = bytes;
        broken[i] = static_cast<char>(broken[i] ^ change);
        try {
          const ZipArchive archive(broken, "a.zip");
          for (const auto& row : archive.entries()) archive.read(row.first);
        } catch (const FormatError&) {
        }
      }
  }
}

}  // namespace zip_archive_test
