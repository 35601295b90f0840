// A JPEG is turned as its EXIF orientation says, and left as it is where it says nothing.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <unistd.h>

#include <adafuse/io/image.hpp>
#include <filesystem>
#include <string>

namespace exif_orientation_test {

using namespace adafuse;
using io::Image;

namespace {

/// Big-endian or little-endian bytes of a number.
std::string bytes_of(unsigned number, int count, bool little) {
  std::string bytes;
  for (int i = 0; i < count; ++i)
    bytes += static_cast<char>(number >> 8 * (little ? i : count - 1 - i) & 255);
  return bytes;
}

/// An EXIF segment with this orientation, after a tag that is passed over.
std::string exif(unsigned orientation, bool little) {
  const auto number = [little](unsigned value, int count) {
    return bytes_of(value, count, little);
  };
  const std::string row =
      number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2);
  const std::string other = number(0x010F, 2) + number(3, 2) + number(1, 4) + number(6, 4);
  const std::string tiff = (little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) +
                           other + row + number(0, 4);
  const std::string segment = std::string("Exif\0\0", 6) + tiff;
  return "\xFF\xE1" + bytes_of(static_cast<unsigned>(segment.size() + 2), 2, false) + segment;
}

/// The JPEG with a segment after its first marker.
std::string with_segment(const std::string& jpeg, const std::string& segment) {
  return jpeg.substr(0, 2) + segment + jpeg.substr(2);
}

/// Grey, but for a dark upper left and a bright upper right corner: 16 x 24.
Image stored() {
  Image image({16, 24, 3});
  image.fill(128);
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 8; ++j)
      for (Index c = 0; c < 3; ++c) image(i, j, c) = 0, image(i, j + 16, c) = 255;
  return image;
}

/// "dark bright grey grey": the corners of a picture from the upper left, as the clock goes.
std::string corners(const Image& image) {
  const Index bottom = image.size(0) - 3, right = image.size(1) - 3;
  std::string text;
  for (const auto value :
       {image(2, 2, 0), image(2, right, 0), image(bottom, right, 0), image(bottom, 2, 0)})
    text += value < 64 ? 'd' : value > 192 ? 'b' : '.';
  return text;
}

}  // namespace

TEST_CASE("EXIF: each of the eight orientations, in both byte orders") {
  const std::string jpeg = io::encode_jpeg(stored());
  REQUIRE(corners(io::decode_image(jpeg, "x")) == "db..");
  // What EXIF's table says of the stored row 0 and column 0, worked out by hand.
  const char* expected[] = {"db..", "bd..", "..db", "..bd", "d..b", ".db.", ".bd.", "b..d"};
  const auto file = std::filesystem::temp_directory_path() / concat("adafuse-exif-", ::getpid());
  for (unsigned orientation = 1; orientation <= 8; ++orientation)
    for (const bool little : {false, true}) {
      CAPTURE(orientation);
      const std::string turned = with_segment(jpeg, exif(orientation, little));
      const auto image = io::decode_image(turned, "x");
      CHECK(image.shape() == (orientation < 5 ? Shape{16, 24, 3} : Shape{24, 16, 3}));
      CHECK(corners(image) == expected[orientation - 1]);
      io::overwrite_file(file, turned);
      CHECK(io::picture_size(file) == Shape{image.size(0), image.size(1)});
    }
  std::filesystem::remove(file);
}

TEST_CASE("EXIF: what says nothing, or nonsense, turns nothing") {
  const std::string jpeg = io::encode_jpeg(stored()), six = exif(6, true);
  for (const unsigned nonsense : {0u, 9u, 65535u})
    CHECK(corners(io::decode_image(with_segment(jpeg, exif(nonsense, true)), "x")) == "db..");
  // Wherever the segment is cut off, its length set right: it is read or passed over.
  for (std::size_t length = 4; length < six.size(); ++length) {
    const std::string cut = "\xFF\xE1" + bytes_of(static_cast<unsigned>(length - 2), 2, false) +
                            six.substr(4, length - 4);
    const auto seen = corners(io::decode_image(with_segment(jpeg, cut), "x"));
    CHECK((seen == "db.." || seen == ".db."));
  }
  // A directory that lies nowhere.
  std::string far = six;
  far.replace(14, 4, "\xFF\xFF\xFF\xFF");
  CHECK(corners(io::decode_image(with_segment(jpeg, far), "x")) == "db..");
}

TEST_CASE("EXIF: the size of a picture is read from its header, or from all of it") {
  const auto file = std::filesystem::temp_directory_path() / concat("adafuse-size-", ::getpid());
  for (const auto& bytes : {io::encode_jpeg(stored()), io::encode_png(stored())}) {
    io::overwrite_file(file, bytes);
    CHECK(io::picture_size(file) == Shape{16, 24});
    CHECK_THROWS_WITH_AS(io::picture_size(file, {.most_pixels = 16 * 24 - 1}),
                         doctest::Contains("pixels, more than the 383"), FormatError);
  }
  // A colour profile that is longer than the beginning that is looked at.
  const std::string profile = "\xFF\xE2\xFF\xFF" + std::string(0xFFFD, 'x');
  io::overwrite_file(file, with_segment(io::encode_jpeg(stored()), profile));
  CHECK(io::picture_size(file) == Shape{16, 24});
  io::overwrite_file(file, "no picture");
  CHECK_THROWS_AS(io::picture_size(file), FormatError);
  std::filesystem::remove(file);
}

}  // namespace exif_orientation_test
