// CIFAR's binary files.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/cifar.hpp>

#include "../data/scratch_dir.hpp"

namespace cifar_test {

using namespace adafuse;

namespace {

/// A picture whose bytes count up from `first`.
std::string picture(int first) {
  std::string bytes(3072, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>((static_cast<std::size_t>(first) + i) % 251);
  return bytes;
}

}  // namespace

TEST_CASE("cifar: pictures and labels of CIFAR-10") {
  const data::ScratchDir dir("cifar");
  const auto path = dir.path / "data_batch_1.bin";
  io::write_file(path, "\3" + picture(5) + "\11" + picture(7));
  const auto batch = io::read_cifar10(path);
  CHECK(batch.images.shape() == Shape{2, 3, 32, 32});
  CHECK(batch.labels(0) == 3);
  CHECK(batch.labels(1) == 9);
  CHECK(!batch.coarse_labels.defined());
  for (Index c = 0; c < 3; ++c)
    CHECK(batch.images(1, c, 30, 31) == (7 + c * 1024 + 30 * 32 + 31) % 251);
}

TEST_CASE("cifar: CIFAR-100 has two labels of each picture") {
  const data::ScratchDir dir("cifar");
  const auto path = dir.path / "train.bin";
  io::write_file(path, "\23\143" + picture(0));
  const auto batch = io::read_cifar100(path);
  CHECK(batch.coarse_labels(0) == 19);
  CHECK(batch.labels(0) == 99);
  CHECK(batch.images(0, 0, 0, 1) == 1);
}

TEST_CASE("cifar: files of another length, and labels that are none, are refused") {
  const data::ScratchDir dir("cifar");
  const auto path = dir.path / "x.bin";
  io::write_file(path, "\3" + picture(5) + "\3");
  CHECK_THROWS_WITH_AS(io::read_cifar10(path), doctest::Contains("are not records of 3073"),
                       FormatError);
  io::write_file(path, "\12" + picture(5));
  CHECK_THROWS_WITH_AS(io::read_cifar10(path),
                       doctest::Contains("picture 0 has the label 10, expected less than 10"),
                       FormatError);
  io::write_file(path, "\24" + ("\1" + picture(5)));
  CHECK_THROWS_WITH_AS(io::read_cifar100(path), doctest::Contains("the label 20"), FormatError);
  io::write_file(path, "");
  CHECK(io::read_cifar10(path).labels.size() == 0);
}

}  // namespace cifar_test
