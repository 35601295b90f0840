// NumPy's files of several arrays.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/npz.hpp>

#include "../data/scratch_dir.hpp"
#include "torch_bytes.hpp"

namespace npz_test {

using namespace adafuse;
using torch_bytes::ZipEntry;

namespace {

std::string npy(const io::AnyTensor& tensor) {
  return io::npy_head(tensor) + std::string(io::bytes_of(tensor));
}

void check_refused(const std::string& bytes, const char* reason) {
  CHECK_THROWS_WITH_AS(io::parse_npz(bytes, "a.npz"), doctest::Contains(reason), FormatError);
}

}  // namespace

TEST_CASE("npz: arrays by their names, as they were written") {
  const data::ScratchDir dir("npz");
  const auto path = dir.path / "x.npz";
  io::TensorFile file;
  const auto weight = Tensor<float>::randn({3, 4}, Key(1));
  file.tensors["weight"] = weight;
  file.tensors["labels"] = Tensor<std::int64_t>::arange(5);
  file.tensors["none"] = Tensor<std::uint8_t>(Shape{0});
  io::write_npz(path, file);
  const auto read = io::read_npz(path);
  CHECK(read.tensors.size() == 3);
  const auto got = read.get<float>("weight");
  CHECK(got.shape() == weight.shape());
  CHECK(std::equal(got.begin(), got.end(), weight.begin()));
  CHECK(read.get<std::int64_t>("labels")(4) == 4);
  CHECK(read.get<std::uint8_t>("none").size() == 0);
  CHECK_THROWS_WITH_AS(read.get<float>("bias"), doctest::Contains("x.npz: no tensor \"bias\""),
                       FormatError);
}

TEST_CASE("npz: the same content gives the same bytes") {
  const data::ScratchDir dir("npz");
  io::TensorFile file;
  file.tensors["x"] = Tensor<float>::of({1, 2});
  io::write_npz(dir.path / "a.npz", file);
  io::write_npz(dir.path / "b.npz", file);
  CHECK(io::read_file(dir.path / "a.npz") == io::read_file(dir.path / "b.npz"));
}

TEST_CASE("npz: what is no archive of arrays is refused") {
  const std::string one = npy(Tensor<float>::of({1}));
  CHECK(io::parse_npz(torch_bytes::zip({{"x.npy", one}}), "a.npz").contains("x"));
  check_refused("PK", "no end of the central directory");
  check_refused(torch_bytes::zip({{"x.txt", one}}), "entry \"x.txt\" is no .npy file");
  check_refused(torch_bytes::zip({{"x.npy", "junk"}}), "no file of NumPy");
  std::string broken = torch_bytes::zip({{"x.npy", one}});
  broken[broken.find(one) + one.size() - 1] = '\7';
  check_refused(broken, "is damaged");
  check_refused(torch_bytes::zip({{.name = "x.npy", .data = one, .method = 8}}),
                "include <adafuse/io/zlib.hpp>");
  check_refused(torch_bytes::zip({{.name = "x.npy", .data = one, .method = 12}}), "method 12");
}

TEST_CASE("npz: metadata has no place there") {
  io::TensorFile file;
  file.metadata["key"] = "text";
  CHECK_THROWS_AS(io::write_npz("/tmp/never.npz", file), ValueError);
}

}  // namespace npz_test
