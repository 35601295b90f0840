// Elements as other programs' files hold them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/raw_elements.hpp>

namespace raw_elements_test {

using namespace adafuse;

TEST_CASE("raw elements: by columns is the transpose, for any rank") {
  std::string bytes;
  for (int i = 0; i < 2 * 3 * 4; ++i) bytes += static_cast<char>(i);
  const auto any = io::read_elements(bytes, "U8", {2, 3, 4}, "a", {.by_columns = true});
  const auto& x = std::get<Tensor<std::uint8_t>>(any);
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 4; ++k) CHECK(x(i, j, k) == i + 2 * j + 6 * k);
}

TEST_CASE("raw elements: an unknown type, and bytes that do not fit the shape, are refused") {
  CHECK_THROWS_WITH_AS(io::read_elements("", "F8", {0}, "a"), doctest::Contains("a: dtype \"F8\""),
                       FormatError);
  CHECK_THROWS_WITH_AS(io::read_elements("abc", "I16", {1}, "a"),
                       "a: I16 [1] does not take the 3 bytes that are there", FormatError);
}

}  // namespace raw_elements_test
