// Gzip files and packed entries, well-formed and hostile. zlib itself packs them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/idx.hpp>
#include <adafuse/io/npz.hpp>
#include <adafuse/io/zlib.hpp>

#include "../data/scratch_dir.hpp"
#include "torch_bytes.hpp"

namespace zlib_test {

using namespace adafuse;

namespace {

/// What zlib makes of these bytes: 31 for gzip, -15 for deflate alone.
std::string packed(const std::string& bytes, int window_bits) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(bytes.size() + 1000, '\0');
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += concat(i % 1009 * (i % 1009) % 1009, " ");
  return text;
}

void check_refused(const std::string& bytes, const char* reason) {
  CHECK_THROWS_WITH_AS(io::unpack_gzip(bytes, "a.gz"), doctest::Contains(reason), FormatError);
  CHECK_THROWS_WITH_AS(io::unpack_gzip(bytes, "a.gz"), doctest::Contains("a.gz: "), FormatError);
}

}  // namespace

TEST_CASE("gzip: what was packed comes out, of one part and of several") {
  const std::string text = long_text();
  CHECK(io::unpack_gzip(packed(text, 31), "a") == text);
  CHECK(io::unpack_gzip(packed("", 31), "a") == "");
  CHECK(io::unpack_gzip(packed(text, 31) + packed("more", 31), "a") == text + "more");
  const data::ScratchDir dir("gzip");
  io::write_file(dir.path / "x.gz", packed(text, 31));
  CHECK(io::read_gzip(dir.path / "x.gz") == text);
}

TEST_CASE("gzip: files that are cut, damaged or none are refused") {
  const std::string good = packed(long_text(), 31);
  check_refused("", "no gzip file");
  check_refused("plain text", "no gzip file");
  check_refused(good + "x", "something follows");
  for (const std::size_t cut : {std::size_t{2}, std::size_t{11}, good.size() / 2, good.size() - 1})
    check_refused(good.substr(0, cut), "truncated");
  std::string broken = good;
  const std::size_t sum = good.size() - 5;  // its last byte
  broken[sum] = static_cast<char>(broken[sum] ^ 1);
  check_refused(broken, "damaged");
}

TEST_CASE("gzip: what unpacks to more than is allowed is refused") {
  const std::string bomb = packed(std::string(10'000'000, '\0'), 31);
  CHECK(bomb.size() < 20'000);
  CHECK_THROWS_WITH_AS(io::unpack_gzip(bomb, "a.gz", {.most_bytes = 1'000'000}),
                       "a.gz: unpacks to more than 1000000 bytes", FormatError);
  CHECK(io::unpack_gzip(bomb, "a.gz", {.most_bytes = 10'000'000}).size() == 10'000'000);
}

TEST_CASE("gzip: idx files are read from packed bytes") {
  const std::string idx("\0\0\10\1\0\0\0\3abc", 11);
  const auto x = io::parse_idx(io::unpack_gzip(packed(idx, 31), "x.gz"), "x.gz");
  CHECK(std::get<Tensor<std::uint8_t>>(x)(2) == 'c');
}

TEST_CASE("npz: packed entries are unpacked, and checked") {
  const auto tensor = Tensor<float>::randn({20, 30}, Key(1));
  const std::string npy = io::npy_head(tensor) + std::string(io::bytes_of(tensor));
  const std::string inside = packed(npy, -15);
  // An archive by hand: packed and unpacked sizes differ.
  const auto archive = [&](const std::string& data, std::uint64_t size, std::uint32_t crc) {
    std::string bytes =
        torch_bytes::zip({{.name = "x.npy", .data = data, .method = 8, .crc = crc}});
    const auto directory = bytes.rfind("PK\1\2");
    const std::string claimed = torch_bytes::little<std::uint32_t>(size);
    std::copy(claimed.begin(), claimed.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(directory) + 24);
    return bytes;
  };
  const auto crc = io::crc32(npy);
  const auto file = io::parse_npz(archive(inside, npy.size(), crc), "a.npz", io::inflate_raw);
  const auto got = file.get<float>("x");
  CHECK(std::equal(got.begin(), got.end(), tensor.begin(), tensor.end()));
  const auto refused = [&](const std::string& bytes, const char* reason) {
    CHECK_THROWS_WITH_AS(io::parse_npz(bytes, "a.npz", io::inflate_raw), doctest::Contains(reason),
                         FormatError);
  };
  refused(archive(inside, npy.size(), crc + 1), "is damaged");
  refused(archive(inside, npy.size() + 1, crc), "expected");
  refused(archive(inside, npy.size() - 1, crc), "unpacks to more than");
  refused(archive(inside.substr(0, 100), npy.size(), crc), "truncated");
  refused(archive("xyz", 4'000'000'000, crc), "claims to be 4000000000");
  refused(archive("\7\7\7", 100, crc), "damaged");
}

}  // namespace zlib_test
