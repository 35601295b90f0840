// The types of elements that files name, all of them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/dtype.hpp>
#include <cstring>

namespace dtype_test {

using namespace adafuse;

namespace {

/// One element of these bytes, as a double and the name of its type in a tensor.
std::pair<double, std::string_view> read(std::string_view dtype, std::uint64_t bits) {
  const auto any = io::read_as(dtype, "w", [&]<class Raw, Scalar T>(const auto& widen) {
    Raw raw;
    std::memcpy(&raw, &bits, sizeof raw);
    CHECK(sizeof raw == io::dtype_bytes(dtype));
    return Tensor<T>::of({static_cast<T>(widen(raw))});
  });
  return {std::visit([](const auto& x) { return static_cast<double>(x(0)); }, any),
          io::dtype_name(any)};
}

}  // namespace

TEST_CASE("dtype: every type has its bytes, its value and a type that holds it") {
  using Read = std::pair<double, std::string_view>;
  CHECK(read("F32", 0xC0000000) == Read{-2, "F32"});
  CHECK(read("F64", 0xC000000000000000) == Read{-2, "F64"});
  CHECK(read("F16", 0xC000) == Read{-2, "F32"});
  CHECK(read("BF16", 0xC000) == Read{-2, "F32"});
  CHECK(read("I8", 0xFE) == Read{-2, "I32"});
  CHECK(read("I16", 0xFFFE) == Read{-2, "I32"});
  CHECK(read("I32", 0xFFFFFFFE) == Read{-2, "I32"});
  CHECK(read("I64", ~std::uint64_t{1}) == Read{-2, "I64"});
  CHECK(read("U8", 0xFE) == Read{254, "U8"});
  CHECK(read("U16", 0xFFFE) == Read{65534, "I32"});
  CHECK(read("U32", 0xFFFFFFFE) == Read{4294967294, "I64"});
  CHECK(read("U64", 7) == Read{7, "I64"});
  for (const std::uint64_t byte : {1u, 2u, 255u}) CHECK(read("BOOL", byte) == Read{1, "U8"});
  CHECK(read("BOOL", 0) == Read{0, "U8"});
}

TEST_CASE("dtype: what is not read is told by name, with what is") {
  CHECK_THROWS_WITH_AS(read("U64", std::uint64_t{1} << 63),
                       "w: the U64 9223372036854775808 is beyond what int64 holds", FormatError);
  CHECK_THROWS_WITH_AS(read("F8_E4M3", 0),
                       "w: dtype \"F8_E4M3\" is not read; expected F32 F64 F16 BF16 I8 I16 I32 I64 "
                       "U8 U16 U32 U64 BOOL",
                       FormatError);
  CHECK(io::dtype_bytes("C64") == 0);
}

}  // namespace dtype_test
