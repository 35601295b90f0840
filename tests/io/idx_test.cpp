// IDX files, as MNIST is distributed.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/idx.hpp>

namespace idx_test {

using namespace adafuse;

namespace {

/// Type, sizes and elements of one file.
std::string file(char type, const std::vector<int>& sizes, const std::string& elements) {
  std::string bytes{'\0', '\0', type, static_cast<char>(sizes.size())};
  for (const int size : sizes)
    bytes += {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
              static_cast<char>(size >> 8), static_cast<char>(size)};
  return bytes + elements;
}

void check_refused(const std::string& bytes, const char* reason) {
  CHECK_THROWS_WITH_AS(io::parse_idx(bytes, "a.idx"), doctest::Contains(reason), FormatError);
  CHECK_THROWS_WITH_AS(io::parse_idx(bytes, "a.idx"), doctest::Contains("a.idx: "), FormatError);
}

}  // namespace

TEST_CASE("idx: elements of every type") {
  const auto images =
      std::get<Tensor<std::uint8_t>>(io::parse_idx(file(8, {2, 1, 3}, "abcdef"), "a"));
  CHECK(images.shape() == Shape{2, 1, 3});
  CHECK(images(1, 0, 2) == 'f');
  CHECK(std::get<Tensor<std::int32_t>>(io::parse_idx(file(9, {1}, "\xfe"), "a"))(0) == -2);
  CHECK(std::get<Tensor<std::int32_t>>(io::parse_idx(file(11, {1}, "\1\2"), "a"))(0) == 258);
  CHECK(std::get<Tensor<std::int32_t>>(
            io::parse_idx(file(12, {1}, std::string("\0\1\0\0", 4)), "a"))(0) == 65536);
  CHECK(std::get<Tensor<float>>(io::parse_idx(file(13, {1}, std::string("\x40\0\0\0", 4)), "a"))(
            0) == 2);
  CHECK(std::get<Tensor<double>>(
            io::parse_idx(file(14, {}, std::string("\xbf\xf0\0\0\0\0\0\0", 8)), "a"))
            .item() == -1);
}

TEST_CASE("idx: what is no such file is refused") {
  check_refused("", "truncated");
  check_refused("\x1f\x8b\x08\x08", "packed by gzip");
  check_refused("abcdefgh", "does not begin with two zero bytes");
  check_refused(file(10, {1}, "a"), "elements of type 10 are not read");
  check_refused(file(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a"), "9 dimensions");
  check_refused(file(8, {3}, "ab"), "does not take the 2 bytes");
  check_refused(file(8, {1}, "ab"), "does not take the 2 bytes");
  check_refused(file(14, {-1}, "ab"), "does not take the 2 bytes");  // 4294967295
  check_refused(file(8, {-1, -1, -1}, "ab"), "too many elements");
  check_refused(file(8, {1, 1}, "a").substr(0, 9), "truncated");
}

}  // namespace idx_test
