// Archives that are written are read again, and replace what was there only when they are complete.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/zip_archive.hpp>
#include <adafuse/io/zip_writer.hpp>

#include "../data/scratch_dir.hpp"

namespace zip_writer_test {

using namespace adafuse;

TEST_CASE("zip writer: entries are found under their names") {
  const data::ScratchDir dir("zip-writer");
  const auto path = dir.path / "x.zip";
  io::ZipWriter writer(path);
  writer.add("a/x", "hello");
  writer.add("empty", "");
  writer.add("\xc3\xa4", std::string(70000, 'z'));
  writer.commit();
  const std::string bytes = io::read_file(path);
  const io::ZipArchive archive(bytes, "x.zip");
  CHECK(archive.entries().size() == 3);
  CHECK(archive.read("a/x") == "hello");
  CHECK(archive.read("empty") == "");
  CHECK(archive.read("\xc3\xa4") == std::string(70000, 'z'));
}

TEST_CASE("zip writer: an empty archive is one") {
  const data::ScratchDir dir("zip-writer");
  const auto path = dir.path / "x.zip";
  io::ZipWriter writer(path);
  writer.commit();
  const std::string bytes = io::read_file(path);
  CHECK(io::ZipArchive(bytes, "x.zip").entries().empty());
}

TEST_CASE("zip writer: without a commit what was there stays") {
  const data::ScratchDir dir("zip-writer");
  const auto path = dir.path / "x.zip";
  io::write_file(path, "before");
  {
    io::ZipWriter writer(path);
    writer.add("x", "1");
  }
  CHECK(io::read_file(path) == "before");
}

TEST_CASE("zip writer: a name that no field holds is refused") {
  const data::ScratchDir dir("zip-writer");
  io::ZipWriter writer(dir.path / "x.zip");
  CHECK_THROWS_WITH_AS(writer.add(std::string(70000, 'n'), ""), doctest::Contains("4 GiB"),
                       ValueError);
}

}  // namespace zip_writer_test
