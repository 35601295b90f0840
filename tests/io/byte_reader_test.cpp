// Reading bytes never goes past their end.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/byte_reader.hpp>
#include <limits>

namespace byte_reader_test {

using namespace adafuse;
using io::ByteReader;

TEST_CASE("byte_reader: bytes and numbers come in turn, little endian") {
  ByteReader reader("ab\x01\x02", "x");
  CHECK(reader.take(2) == "ab");
  CHECK(reader.number<std::uint16_t>() == 0x201);
  CHECK(reader.position() == 4);
}

TEST_CASE("byte_reader: lines end with a line feed, which is taken") {
  ByteReader reader("one\n\nthree", "x");
  CHECK(reader.line() == "one");
  CHECK(reader.line() == "");
  CHECK_THROWS_WITH_AS(reader.line(), "x: truncated: the line that starts at byte 5 does not end",
                       FormatError);
  CHECK(reader.take(5) == "three");
  CHECK(reader.left() == 0);
}

TEST_CASE("byte_reader: nothing beyond the end, however large the size") {
  ByteReader reader("abc", "x");
  CHECK_THROWS_WITH_AS(reader.number<std::uint32_t>(),
                       "x: truncated: expected 4 bytes at byte 0, got 3", FormatError);
  CHECK_THROWS_AS(reader.take(std::numeric_limits<std::uint64_t>::max()), FormatError);
  CHECK_THROWS_AS(ByteReader("abc", "x", 4), FormatError);
  CHECK(reader.take(3) == "abc");
  CHECK(reader.take(0).empty());
  CHECK(ByteReader("abc", "x", 3).left() == 0);
}

}  // namespace byte_reader_test
