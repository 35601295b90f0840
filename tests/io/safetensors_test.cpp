// Safetensors byte by byte, and everything hostile that a header may claim.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/safetensors.hpp>
#include <filesystem>
#include <string>

namespace safetensors_test {

using namespace adafuse;
using io::TensorFile;

namespace {

struct ScratchFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / concat("adafuse-safetensors-", ::getpid());
  ~ScratchFile() { std::filesystem::remove(path); }
};

/// A file of this header and this many bytes of data.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  return bytes + header + std::string(data_bytes, '\1');
}

void check_refused(const std::string& bytes, const char* reason) {
  const ScratchFile file;
  io::overwrite_file(file.path, bytes);
  CAPTURE(bytes.substr(0, 200));
  CHECK_THROWS_WITH_AS(io::read_safetensors(file.path), doctest::Contains(reason), FormatError);
  CHECK_THROWS_WITH_AS(io::read_safetensors(file.path), doctest::Contains(file.path.c_str()),
                       FormatError);
}

}  // namespace

TEST_CASE("safetensors: every type, shape and text comes back as it was written") {
  const ScratchFile scratch;
  TensorFile file;
  file.metadata = {{"config", "{\"a\": 1}"}, {"classes", "left\nright \xC3\xA9"}};
  file.tensors["f"] = Tensor<float>::randn({2, 3, 1}, Key(1));
  file.tensors["d"] = Tensor<double>::randn({5}, Key(2));
  file.tensors["i"] = Tensor<std::int32_t>::of({-1, 2});
  file.tensors["l"] = Tensor<std::int64_t>::scalar(-7);
  file.tensors["u"] = Tensor<std::uint8_t>::of({1, 2, 3});
  file.tensors["empty"] = Tensor<float>({0, 4});
  io::write_safetensors(scratch.path, file);
  const TensorFile back = io::read_safetensors(scratch.path);
  CHECK(back.name == scratch.path.string());
  CHECK(back.metadata == file.metadata);
  REQUIRE(back.tensors.size() == file.tensors.size());
  for (const auto& row : file.tensors)
    std::visit(
        [&, &name = row.first]<class T>(const Tensor<T>& x) {
          const auto y = back.get<T>(name);
          CHECK(y.shape() == x.shape());
          CHECK(std::equal(x.begin(), x.end(), y.begin()));
        },
        row.second);
}

TEST_CASE("safetensors: the bytes are the format's, wide elements first, data at a multiple of 8") {
  const ScratchFile scratch;
  TensorFile file;
  file.metadata = {{"k", "v"}};
  file.tensors["b"] = Tensor<std::uint8_t>::of({7});
  file.tensors["a"] = Tensor<float>::of({{1, -2}});
  io::write_safetensors(scratch.path, file);
  std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string expected{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
  expected += header;
  expected += std::string("\x00\x00\x80\x3F\x00\x00\x00\xC0\x07", 9);
  CHECK(io::read_file(scratch.path) == expected);
}

TEST_CASE("safetensors: what tensors do not have is widened, booleans are 0 or 1") {
  const ScratchFile scratch;
  const std::string header = R"({"q":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},)"
                             R"("p":{"dtype":"U32","shape":[1],"data_offsets":[8,12]},)"
                             R"("h":{"dtype":"F16","shape":[2],"data_offsets":[12,16]},)"
                             R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},)"
                             R"("s":{"dtype":"I16","shape":[1],"data_offsets":[18,20]},)"
                             R"("u":{"dtype":"U16","shape":[1],"data_offsets":[20,22]},)"
                             R"("c":{"dtype":"I8","shape":[2],"data_offsets":[22,24]},)"
                             R"("t":{"dtype":"BOOL","shape":[3],"data_offsets":[24,27]}})";
  const auto file_with = [&](const std::string& wide) {
    return file_of(header, 0) + wide +
           std::string(
               "\xFE\xFF\xFF\xFF\x00\x3C\x00\xC0\x80\x3F\xFE\xFF\xFE\xFF\xFD\x7F\x01\x00\xFF", 19);
  };
  io::overwrite_file(scratch.path, file_with("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"));
  const TensorFile file = io::read_safetensors(scratch.path);
  CHECK(file.get<std::int64_t>("q")(0) == std::numeric_limits<std::int64_t>::max());
  CHECK(file.get<std::int64_t>("p")(0) == 0xFFFFFFFE);
  CHECK(file.get<float>("h")(0) == 1);
  CHECK(file.get<float>("h")(1) == -2);
  CHECK(file.get<float>("b")(0) == 1);
  CHECK(file.get<std::int32_t>("s")(0) == -2);
  CHECK(file.get<std::int32_t>("u")(0) == 0xFFFE);
  CHECK(file.get<std::int32_t>("c")(0) == -3);
  CHECK(file.get<std::int32_t>("c")(1) == 127);
  CHECK(file.get<std::uint8_t>("t")(0) == 1);
  CHECK(file.get<std::uint8_t>("t")(1) == 0);
  CHECK(file.get<std::uint8_t>("t")(2) == 1);
  check_refused(file_with(std::string(7, '\0') + '\x80'),
                "tensor \"q\": the U64 9223372036854775808 is beyond what int64 holds");
}

TEST_CASE("safetensors: the header is there, and checked, before any tensor is read") {
  const ScratchFile scratch;
  TensorFile file;
  file.metadata = {{"k", "v"}};
  file.tensors["a"] = Tensor<float>::of({{1, 2}});
  file.tensors["b"] = Tensor<std::uint8_t>::of({3});
  io::write_safetensors(scratch.path, file);
  io::SafetensorsReader reader(scratch.path);
  CHECK(reader.metadata() == file.metadata);
  REQUIRE(reader.entries().size() == 2);
  CHECK(reader.entries()[0].name == "a");
  CHECK(reader.entries()[0].dtype == "F32");
  CHECK(reader.entries()[0].shape == Shape{1, 2});
  CHECK(std::move(reader).read().get<std::uint8_t>("b")(0) == 3);
}

TEST_CASE("safetensors: a hundred thousand names are written and read") {
  const ScratchFile scratch;
  TensorFile file;
  const auto one = Tensor<float>::of({1});
  for (int i = 0; i < 100'000; ++i) file.tensors[concat("layer", i, ".weight")] = one;
  for (int i = 0; i < 100'000; ++i) file.metadata[std::to_string(i)] = "";
  io::write_safetensors(scratch.path, file);
  CHECK(io::read_safetensors(scratch.path).tensors.size() == 100'000);
}

TEST_CASE("safetensors: no error quotes more than a hundred bytes, or what a terminal obeys") {
  const std::string name = "\x1b[31m" + std::string(10'000, 'n'),
                    json_name = "\\u001b[31m" + std::string(10'000, 'n');
  const std::string wrong[] = {
      "{\"" + json_name + "\":{\"dtype\":\"" + json_name +
          "\",\"shape\":[],\"data_offsets\":[0,1]}}",
      "{\"" + json_name + "\":{\"dtype\":\"U8\",\"shape\":[\"" + json_name + "\"]}}",
      "{\"" + json_name + "\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[1,2]}}",
      "{\"__metadata__\":{\"" + json_name + "\":1}}"};
  for (const auto& header : wrong) {
    const ScratchFile file;
    io::overwrite_file(file.path, file_of(header, 1));
    try {
      io::read_safetensors(file.path);
      CHECK(false);
    } catch (const FormatError& error) {
      const std::string text = error.what();
      CHECK(text.size() < 500);
      CHECK(text.find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("safetensors: what is no file, or claims more than any memory, is refused at once") {
  CHECK_THROWS_WITH_AS(io::read_safetensors("/dev/zero"), doctest::Contains("got a device"),
                       IoError);
  const ScratchFile scratch;
  const std::uint64_t bytes = std::uint64_t{1} << 43;
  io::overwrite_file(scratch.path, file_of(concat(R"({"a":{"dtype":"U8","shape":[)", bytes,
                                                  R"(],"data_offsets":[0,)", bytes, "]}}"),
                                           0));
  const auto size = std::filesystem::file_size(scratch.path) + bytes;
  if (::truncate(scratch.path.c_str(), static_cast<off_t>(size)) != 0) return;
  CHECK_THROWS_WITH_AS(io::read_safetensors(scratch.path),
                       doctest::Contains("do not fit into this machine"), IoError);
}

TEST_CASE("safetensors: a hostile file is refused with its name and a reason") {
  const std::string a = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  check_refused("", "truncated");
  check_refused("1234567", "truncated");
  check_refused(std::string(8, '\xff'), "a header of");
  check_refused(std::string("\x10\0\0\0\0\0\0\0{}", 10), "a header of 16 bytes");
  check_refused(file_of("[1]", 0), "no object");
  check_refused(file_of("{\"a\":", 0), "(header):1:");
  check_refused(file_of(a + "}", 7), "the file has 7");
  check_refused(file_of(a + "}", 9), "the file has 9");
  check_refused(file_of(a + "," + a.substr(1) + "}", 8), "appears twice");
  check_refused(file_of(a + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8),
                "overlaps");
  check_refused(file_of(a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}})", 10),
                "gap");
  check_refused(file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
                "does not take");
  check_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8),
                "does not take");
  check_refused(
      file_of(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0),
      "too many elements");
  check_refused(
      file_of(R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0),
      "does not take");
  check_refused(
      file_of(R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,0]}})", 0),
      "too large");
  check_refused(file_of(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})", 0),
                "expected a count");
  check_refused(file_of(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", 1),
                "expected a count");
  check_refused(
      file_of(R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1),
      "rank");
  check_refused(file_of(R"({"a":{"dtype":"F4","shape":[],"data_offsets":[0,1]}})", 1), "F4");
  check_refused(file_of(R"({"a":{"shape":[],"data_offsets":[0,1]}})", 1), "\"dtype\" is missing");
  check_refused(file_of(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0]}})", 1),
                "[begin, end]");
  check_refused(file_of(R"({"a":3})", 0), "expected an object");
  check_refused(file_of(R"({"__metadata__":{"k":1}})", 0), "not text");
  check_refused(file_of(R"({"__metadata__":[]})", 0), "not an object");
}

TEST_CASE("safetensors: every truncation and every flipped byte is read or refused, never worse") {
  const ScratchFile scratch;
  TensorFile file;
  file.metadata = {{"k", "v"}};
  file.tensors["a"] = Tensor<float>::of({1, 2});
  file.tensors["b"] = Tensor<std::int64_t>::of({1});
  io::write_safetensors(scratch.path, file);
  const std::string whole = io::read_file(scratch.path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    io::overwrite_file(scratch.path, std::string_view(whole).substr(0, length));
    CHECK_THROWS_AS(io::read_safetensors(scratch.path), FormatError);
  }
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int flip : {1, 2, 16, 128}) {
      std::string broken = whole;
      broken[i] = static_cast<char>(broken[i] ^ flip);
      io::overwrite_file(scratch.path, broken);
      try {
        io::read_safetensors(scratch.path);
      } catch (const FormatError&) {
      }
    }
}

TEST_CASE("safetensors: what the format cannot hold is refused before the old file is touched") {
  const ScratchFile scratch;
  io::write_safetensors(scratch.path, {});
  const std::string before = io::read_file(scratch.path);
  TensorFile bad;
  bad.tensors["__metadata__"] = Tensor<float>::of({1});
  CHECK_THROWS_AS(io::write_safetensors(scratch.path, bad), ValueError);
  bad.tensors.clear();
  bad.tensors["\xff"] = Tensor<float>::of({1});
  CHECK_THROWS_AS(io::write_safetensors(scratch.path, bad), ValueError);
  CHECK(io::read_file(scratch.path) == before);
}

}  // namespace safetensors_test
