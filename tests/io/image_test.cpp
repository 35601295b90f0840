// Pictures survive a round trip; unreadable and truncated ones are named.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/image.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace image_test {

using namespace adafuse;
using io::Image;

namespace {

/// A smooth picture with three different colours, so that exchanged axes or channels show.
Image ramp(Index height, Index width) {
  Image image({height, width, 3});
  for (Index i = 0; i < height; ++i)
    for (Index j = 0; j < width; ++j) {
      image(i, j, 0) = static_cast<std::uint8_t>(255 * i / height);
      image(i, j, 1) = static_cast<std::uint8_t>(255 * j / width);
      image(i, j, 2) = static_cast<std::uint8_t>(60 + i + j);
    }
  return image;
}

bool same(const Image& a, const Image& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

int worst(const Image& a, const Image& b) {
  int most = 0;
  for (Index i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a.data()[i] - b.data()[i]));
  return most;
}

std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

/// A 24-bit BMP, written by hand: rows from the bottom, blue first, padded to 4 bytes.
std::string bmp_of(const Image& image) {
  const auto h = static_cast<std::uint32_t>(image.size(0)),
             w = static_cast<std::uint32_t>(image.size(1));
  const std::uint32_t row = (3 * w + 3) / 4 * 4;
  std::string bytes = "BM" + little(54 + h * row, 4) + little(0, 4) + little(54, 4);
  bytes += little(40, 4) + little(w, 4) + little(h, 4) + little(1, 2) + little(24, 2);
  bytes += little(0, 4) + little(h * row, 4) + std::string(16, '\0');
  for (Index i = image.size(0) - 1; i >= 0; --i) {
    std::string line;
    for (Index j = 0; j < image.size(1); ++j)
      for (Index c = 2; c >= 0; --c) line += static_cast<char>(image(i, j, c));
    line.resize(row);
    bytes += line;
  }
  return bytes;
}

}  // namespace

TEST_CASE("image: PNG and BMP come back exactly, JPEG nearly") {
  for (const auto& [h, w] : {std::pair<Index, Index>{1, 1}, {7, 13}, {32, 32}, {50, 31}}) {
    const Image image = ramp(h, w);
    CHECK(same(io::decode_image(io::encode_png(image), "x"), image));
    CHECK(same(io::decode_image(bmp_of(image), "x"), image));
    const Image jpeg = io::decode_image(io::encode_jpeg(image, 95), "x");
    REQUIRE(jpeg.shape() == image.shape());
    CHECK(worst(jpeg, image) <= 12);
  }
}

TEST_CASE("image: files are written and read by their path") {
  const auto path = std::filesystem::temp_directory_path() / concat("adafuse-image-", ::getpid());
  const Image image = ramp(9, 5);
  io::write_png(path, image);
  CHECK(same(io::read_image(path), image));
  io::write_jpeg(path, image, 100);
  CHECK(worst(io::read_image(path), image) <= 8);
  CHECK_THROWS_AS(io::read_gif(path), FormatError);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(io::read_image(path), doctest::Contains(path.c_str()), IoError);
}

TEST_CASE("image: whatever is cut off, a truncated picture is refused by name") {
  const Image image = ramp(16, 24);
  for (const std::string& whole : {io::encode_jpeg(image), io::encode_png(image), bmp_of(image)})
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      CHECK_THROWS_WITH_AS(
          io::decode_image(std::string_view(whole).substr(0, length), "clip/7.jpg"),
          doctest::Contains("clip/7.jpg: "), FormatError);
    }
}

TEST_CASE("image: the end of a thumbnail inside of a JPEG is not the end of the JPEG") {
  const std::string whole = io::encode_jpeg(ramp(16, 16));
  const std::string thumbnail = io::encode_jpeg(ramp(8, 8));
  const std::size_t length = thumbnail.size() + 2;
  std::string with = whole.substr(0, 2) + "\xFF\xE1";
  with += static_cast<char>(length >> 8);
  with += static_cast<char>(length & 255);
  with += thumbnail + whole.substr(2);
  CHECK(same(io::decode_image(with, "x"), io::decode_image(whole, "x")));
  CHECK(same(io::decode_image(with + "trailing bytes", "x"), io::decode_image(whole, "x")));
  CHECK_THROWS_WITH_AS(io::decode_image(with.substr(0, with.size() - 2), "x"),
                       doctest::Contains("truncated"), FormatError);
}

TEST_CASE("image: a picture has no more pixels than are allowed, whatever its format") {
  const Image image = ramp(16, 24);
  for (const std::string& bytes : {io::encode_jpeg(image), io::encode_png(image), bmp_of(image)}) {
    CHECK_NOTHROW(io::decode_image(bytes, "x", {.most_pixels = 16 * 24}));
    CHECK_THROWS_WITH_AS(io::decode_image(bytes, "x", {.most_pixels = 16 * 24 - 1}),
                         doctest::Contains("x: has 384 pixels, more than the 383"), FormatError);
  }
  CHECK(io::ImageOptions{}.most_pixels == 178'956'970);
}

TEST_CASE("image: what a header announces is compared with the bytes that are there") {
  std::string png = io::encode_png(ramp(16, 24)), jpeg = io::encode_jpeg(ramp(16, 24));
  png.replace(16, 8, std::string("\x00\x00\x20\x00\x00\x00\x20\x00", 8));  // 8192 x 8192
  CHECK_THROWS_WITH_AS(io::decode_image(png, "x"),
                       "x: truncated: the PNG announces more pixels than its bytes can hold",
                       FormatError);
  const auto frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  jpeg.replace(frame + 5, 4, std::string("\x20\x00\x20\x00", 4));
  CHECK_THROWS_WITH_AS(io::decode_image(jpeg, "x"),
                       "x: truncated: the JPEG announces more pixels than its bytes can hold",
                       FormatError);
}

TEST_CASE("image: a PNG that unpacks to more than its pixels is refused in time") {
  // All of it is one stored block of zeros after the other, each 65535 long.
  std::string packed = "\x78\x01";
  for (int block = 0; block < 64; ++block)
    packed += std::string("\x00\xFF\xFF\x00\x00", 5) + std::string(65535, '\0');
  std::string png = "\x89PNG\r\n\x1A\n";
  const auto chunk = [&](const std::string& name, const std::string& inside) {
    for (int shift = 24; shift >= 0; shift -= 8)
      png += static_cast<char>(inside.size() >> shift & 255);
    png += name + inside + std::string(4, '\0');
  };
  chunk("IHDR", std::string("\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0", 13));
  chunk("IDAT", packed);
  chunk("IEND", "");
  CHECK_THROWS_WITH_AS(io::decode_image(png, "x"), doctest::Contains("x: cannot decode"),
                       FormatError);
}

TEST_CASE("image: other files are refused by name") {
  CHECK_THROWS_WITH_AS(io::decode_image("", "a.jpg"), doctest::Contains("empty"), FormatError);
  CHECK_THROWS_WITH_AS(io::decode_image("hello", "a.jpg"),
                       "a.jpg: expected a JPEG, PNG, BMP, GIF or WebP picture", FormatError);
}

TEST_CASE("image: damaged pictures are read or refused, never worse") {
  const Image image = ramp(12, 9);
  for (const std::string& whole : {io::encode_jpeg(image), io::encode_png(image), bmp_of(image)})
    for (std::uint64_t trial = 0; trial < 150; ++trial) {
      std::string broken = whole;
      Draws draws(Key(3).of(trial));
      // The header is spared: a flipped bit in a size asks for gigabytes, which is no fault.
      constexpr Index header = 54;
      for (int k = 0; k < 3; ++k)
        broken[static_cast<std::size_t>(header + draws.integer(std::ssize(broken) - header))] =
            static_cast<char>(draws.integer(256));
      // Where a JPEG states its size.
      if (const auto frame = whole.find("\xFF\xC0"); frame != std::string::npos)
        broken.replace(frame, 9, whole, frame, 9);
      try {
        io::decode_image(broken, "x");
      } catch (const FormatError&) {
      }
    }
}

TEST_CASE("image: what is no picture is not written") {
  CHECK_THROWS_AS(io::encode_png(Image({4, 4})), ShapeError);
  CHECK_THROWS_AS(io::encode_jpeg(Image({4, 4, 4})), ShapeError);
  CHECK_THROWS_AS(io::encode_png(Image({0, 4, 3})), ShapeError);
  CHECK_THROWS_AS(io::encode_jpeg(ramp(4, 4), 0), ValueError);
  CHECK_THROWS_AS(io::encode_jpeg(ramp(4, 4), 101), ValueError);
}

}  // namespace image_test
