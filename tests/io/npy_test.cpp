// NumPy's files of one array: what NumPy wrote, what it would not write, and back.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/npy.hpp>

#include "../data/scratch_dir.hpp"

namespace npy_test {

using namespace adafuse;
using io::AnyTensor;

namespace {

/// A file of version 1.0 with this dictionary and these bytes.
std::string file(const std::string& dictionary, const std::string& elements) {
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes += static_cast<char>(dictionary.size() % 256);
  bytes += static_cast<char>(dictionary.size() / 256);
  return bytes + dictionary + elements;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& by_columns = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + by_columns + ", 'shape': " + shape +
         ", }\n";
}

template <class T>
void check_holds(const AnyTensor& any, const Tensor<T>& expected) {
  REQUIRE(std::holds_alternative<Tensor<T>>(any));
  const auto& got = std::get<Tensor<T>>(any);
  REQUIRE(got.shape() == expected.shape());
  CHECK(std::equal(got.begin(), got.end(), expected.begin()));
}

void check_refused(const std::string& bytes, const char* reason) {
  CHECK_THROWS_WITH_AS(io::parse_npy(bytes, "a.npy"), doctest::Contains(reason), FormatError);
  CHECK_THROWS_WITH_AS(io::parse_npy(bytes, "a.npy"), doctest::Contains("a.npy: "), FormatError);
}

}  // namespace

TEST_CASE("npy: elements of every type, the highest byte last or first") {
  check_holds(io::parse_npy(
                  file(dictionary("<i4", "(2,)"), std::string("\1\0\0\0\xff\xff\xff\xff", 8)), "a"),
              Tensor<std::int32_t>::of({1, -1}));
  check_holds(io::parse_npy(
                  file(dictionary(">i4", "(2,)"), std::string("\0\0\0\1\xff\xff\xff\xfe", 8)), "a"),
              Tensor<std::int32_t>::of({1, -2}));
  check_holds(io::parse_npy(file(dictionary(">i2", "(1, 2)"), std::string("\1\0\0\1", 4)), "a"),
              Tensor<std::int32_t>::of({{256, 1}}));
  check_holds(io::parse_npy(file(dictionary("<f4", "()"), std::string("\0\0\x80\x3f", 4)), "a"),
              Tensor<float>::scalar(1));
  check_holds(
      io::parse_npy(file(dictionary(">f8", "(1,)"), std::string("\x3f\xf0\0\0\0\0\0\0", 8)), "a"),
      Tensor<double>::of({1}));
  check_holds(io::parse_npy(file(dictionary("<f2", "(2,)"), std::string("\0\x3c\0\xc0", 4)), "a"),
              Tensor<float>::of({1, -2}));
  check_holds(io::parse_npy(file(dictionary("|u1", "(3,)"), "\1\2\3"), "a"),
              Tensor<std::uint8_t>::of({1, 2, 3}));
  check_holds(io::parse_npy(file(dictionary("|i1", "(1,)"), "\xff"), "a"),
              Tensor<std::int32_t>::of({-1}));
  check_holds(io::parse_npy(file(dictionary("|b1", "(2,)"), std::string("\1\0", 2)), "a"),
              Tensor<std::uint8_t>::of({1, 0}));
  check_holds(io::parse_npy(file(dictionary("<u8", "(0, 5)"), ""), "a"),
              Tensor<std::int64_t>(Shape{0, 5}));
}

TEST_CASE("npy: by columns") {
  check_holds(io::parse_npy(file(dictionary("|u1", "(2, 3)", "True"), "\1\4\2\5\3\6"), "a"),
              Tensor<std::uint8_t>::of({{1, 2, 3}, {4, 5, 6}}));
  // (2, 2, 2): element (i, j, k) is at i + 2 j + 4 k
  check_holds(
      io::parse_npy(
          file(dictionary("|u1", "(2, 2, 2)", "True"), std::string("\0\1\2\3\4\5\6\7", 8)), "a"),
      Tensor<std::uint8_t>::of({{{0, 4}, {2, 6}}, {{1, 5}, {3, 7}}}));
}

TEST_CASE("npy: other ways to write the dictionary") {
  const auto two = Tensor<std::uint8_t>::of({1, 2});
  check_holds(io::parse_npy(
                  file("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|u1\"}", "\1\2"), "a"),
              two);
  const std::string head = dictionary("|u1", "(2,)");
  for (const char major : {'\2', '\3'}) {
    std::string bytes("\x93NUMPY");
    bytes += major;
    bytes += std::string{'\0', static_cast<char>(head.size()), '\0', '\0', '\0'} + head + "\1\2";
    check_holds(io::parse_npy(bytes, "a"), two);
  }
}

TEST_CASE("npy: what is written is NumPy's own form, and is read again") {
  CHECK(io::npy_head(Tensor<float>(Shape{2, 3})) ==
        file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') +
                 "\n",
             ""));
  const data::ScratchDir dir("npy");
  const auto path = dir.path / "x.npy";
  const auto check = [&](const auto& tensor) {
    io::write_npy(path, tensor);
    CHECK((std::filesystem::file_size(path) - tensor.values().size_bytes()) % 64 == 0);
    check_holds(io::read_npy(path), tensor);
  };
  check(Tensor<float>::randn({3, 4}, Key(1)));
  check(Tensor<double>::randn({5}, Key(2)));
  check(Tensor<double>::scalar(2));
  check(Tensor<std::int32_t>::of({{-1, 2}}));
  check(Tensor<std::int64_t>::arange(7));
  check(Tensor<std::uint8_t>(Shape{0, 3}));
}

TEST_CASE("npy: headers that are none are refused") {
  const std::string good = dictionary("|u1", "(2,)");
  check_refused("", "no file of NumPy");
  check_refused("\x93NUMPX", "no file of NumPy");
  check_refused(std::string("\x93NUMPY", 6), "truncated");
  check_refused(std::string("\x93NUMPY\4\0\1\0 ", 11), "version 4 is not read");
  check_refused(file(good, "\1\2").substr(0, 40), "truncated");
  for (const char* text :
       {"", "{", "{'descr'", "{'descr': }", "{'descr': '|u1'}", "[]", "{'shape': (2, }",
        "{'shape': (-1,), }", "{'shape': (x,), }", "{'fortran_order': 1}", "{'fortran_order': Fal}",
        "{'shape': (99999999999999999999,)}", "{'shape': (9223372036854775807, 2)}",
        "{'shape': (1,1,1,1,1,1,1,1,1)}", "{'other': '|u1'}", "{'descr': 'x'",
        "{'descr': 'x' 'y'}"})
    check_refused(file(text, "\1\2"), "npy: header: ");
  check_refused(file("{'descr': '|u1', " + good.substr(1), "\1\2"), "there twice");
  check_refused(file(good + "x", "\1\2"), "follows the dictionary");
  check_refused(file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"),
                "records of several types");
}

TEST_CASE("npy: types that no tensor holds are refused, and objects of Python among them") {
  for (const char* descr : {"|O", "<c8", "<U3", "<f16", "f4", "", "<", "|V4", "<M8[ns]"})
    check_refused(file(dictionary(descr, "(1,)"), "abcd"), "are not read");
}

TEST_CASE("npy: more or fewer elements than the header says are refused before memory is taken") {
  check_refused(file(dictionary("|u1", "(3,)"), "\1\2"), "does not take the 2 bytes");
  check_refused(file(dictionary("|u1", "(1,)"), "\1\2"), "does not take the 2 bytes");
  check_refused(file(dictionary("<f8", "(1000000000000,)"), "\1\2"), "does not take the 2 bytes");
  check_refused(file(dictionary("<f8", "(4611686018427387904,)"), "\1\2"), "does not take");
}

TEST_CASE("npy: a file that is not there is told by its name") {
  CHECK_THROWS_WITH_AS(io::read_npy("/no/such.npy"), doctest::Contains("/no/such.npy: cannot open"),
                       IoError);
}

}  // namespace npy_test
