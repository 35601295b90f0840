// The two forms of a checkpoint, whole and damaged.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/torch_container.hpp>
#include <string>

#include "torch_bytes.hpp"

namespace torch_container_test {

using namespace adafuse;
using namespace torch_bytes;

namespace {

void check_refused(const std::string& bytes, const std::string& reason) {
  CHECK_THROWS_WITH_AS(io::open_torch(bytes, "x"), doctest::Contains(reason.c_str()), FormatError);
}

const std::string two = storage("IntStorage", "5", 2) + storage("IntStorage", "6", 1) + "\x86";
const Storages bytes_of_two{{"5", "abcdefgh"}, {"6", "ijkl"}};

}  // namespace

TEST_CASE("torch container: both forms give the object and the bytes of its storages") {
  for (const auto& file : {torch_zip(two, bytes_of_two), torch_stream(two, bytes_of_two, 4)}) {
    const auto container = io::open_torch(file, "x");
    CHECK(container.values.as<io::pickle::Tuple>(container.root)->items.size() == 2);
    REQUIRE(container.data.size() == 2);
    CHECK(container.data.at("5") == "abcdefgh");
    CHECK(container.data.at("6") == "ijkl");
  }
}

TEST_CASE("torch container: what is neither form says so") {
  check_refused("", "x: no PyTorch file: expected a zip archive or a pickle, got an empty file");
  check_refused("hello\n", R"(got bytes that start with "hello\x0A")");
  check_refused(std::string(257, 'a') + "ustar", "a tar archive");
  check_refused(zip({{"x", "y"}}), "a zip archive, and none of PyTorch's");
  check_refused(zip({{"data.pkl", "y"}}), "a zip archive, and none of PyTorch's");
  check_refused(zip({{"a/b/data.pkl", "y"}}), "a zip archive, and none of PyTorch's");
  check_refused(zip({{"a/data.pkl", "y"}, {"b/data.pkl", "y"}}), "more than one data.pkl");
  check_refused(pickle("N"), "a pickle, and none of PyTorch's");
  check_refused(pickle(stream_magic) + pickle(integer(1000)), "expected version 1001");
  check_refused(pickle(stream_magic) + pickle(integer(1001)) + pickle("N"),
                "facts about the machine");
}

TEST_CASE("torch container: big-endian files are refused") {
  check_refused(zip({{"a/data.pkl", pickle("N")}, {"a/byteorder", "big"}}),
                "expected little-endian data, got \"big\"");
  const auto little = zip({{"a/data.pkl", pickle("N")}, {"a/byteorder", "little"}});
  CHECK(io::open_torch(little, "x").data.empty());
  check_refused(
      pickle(stream_magic) + pickle(integer(1001)) + pickle(dict(text("little_endian") + '\x89')),
      "expected little-endian data");
}

TEST_CASE("torch container: storages that are missing, short, huge or too many are refused") {
  check_refused(torch_zip(two, {{"5", "abcdefgh"}}), "no entry \"a/data/6\"");
  check_refused(torch_zip(two, {{"5", "abcdefg"}, {"6", "ijkl"}}),
                "storage \"5\" has 7 bytes, expected 8");
  const std::string huge = storage("DoubleStorage", "5", std::int64_t{1} << 62);
  check_refused(torch_zip(huge, {{"5", "abcdefgh"}}), "is too large");
  check_refused(torch_zip(storage("ByteStorage", "5", std::int64_t{1} << 62), {{"5", "abc"}}),
                "storage \"5\" has 3 bytes, expected 4611686018427387904");

  check_refused(torch_stream(two, {{"5", "abcdefgh"}}, 4), "storage \"6\" is missing");
  check_refused(torch_stream(two, {{"5", "abcd"}, {"6", "ijkl"}}, 4), "has 1 elements, expected 2");
  check_refused(torch_stream(two, {{"7", "abcd"}}, 4), "nothing refers to storage \"7\"");
  check_refused(torch_stream(two, {{"6", "ijkl"}, {"6", "ijkl"}}, 4), "\"6\" is there twice");
  check_refused(torch_stream(two, bytes_of_two, 4) + "x", "1 bytes follow the last storage");
  const auto whole = torch_stream(two, bytes_of_two, 4);
  check_refused(whole.substr(0, whole.size() - 1), "truncated: expected 4 bytes");
  check_refused(pickle(stream_magic) + pickle(integer(1001)) + pickle("}") + pickle(huge) +
                    pickle(list(text("5"))) + little<std::uint64_t>(1ull << 62) + "abc",
                "is too large");
}

TEST_CASE("torch container: nothing may follow the pickle in a zip") {
  check_refused(zip({{"a/data.pkl", pickle("N") + "cos\nsystem\n"}}), "data.pkl: 11 bytes follow");
}

}  // namespace torch_container_test
