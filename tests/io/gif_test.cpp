// Animated GIFs: frames put together as the format says, broken ones refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/gif.hpp>
#include <string>
#include <vector>

namespace gif_test {

using namespace adafuse;

namespace {

/// One image block of a test animation: a rectangle of one colour number.
struct Patch {
  int left, top, width, height, colour;
  int disposal = 1;
  int transparent = -1;
};

/// A GIF with 128 colours (number k is RGB k, 2k, 255 - k). With 7-bit colours and few pixels every
/// code of its compression is one byte: 128 starts, 129 ends.
std::string gif_of(int width, int height, const std::vector<Patch>& patches) {
  const auto byte = [](int x) { return static_cast<char>(x); };
  const auto two = [&](int x) { return std::string{byte(x & 255), byte(x >> 8)}; };
  std::string bytes = "GIF89a" + two(width) + two(height) + byte(0x86) + byte(5) + byte(0);
  for (int k = 0; k < 128; ++k) bytes += {byte(k), byte(2 * k), byte(255 - k)};
  bytes += std::string(
      "\x21\xFF\x03"
      "abc\x01x\x00",
      9);  // an extension that means nothing here
  for (const Patch& p : patches) {
    const int flags = p.disposal << 2 | (p.transparent >= 0 ? 1 : 0);
    bytes += std::string("\x21\xF9\x04", 3) + byte(flags) + two(10) +
             byte(std::max(p.transparent, 0)) + byte(0);
    bytes += ',' + two(p.left) + two(p.top) + two(p.width) + two(p.height) + byte(0);
    const int pixels = p.width * p.height;
    bytes += byte(7);
    bytes += byte(pixels + 2);
    bytes += byte(128) + std::string(static_cast<std::size_t>(pixels), byte(p.colour));
    bytes += byte(129);
    bytes += byte(0);
  }
  return bytes + ';';
}

/// The colour numbers of a frame, read off their red channel.
std::vector<int> reds(const Tensor<std::uint8_t>& clip, Index t) {
  std::vector<int> values;
  for (Index i = 0; i < clip.size(1); ++i)
    for (Index j = 0; j < clip.size(2); ++j) values.push_back(clip(t, i, j, 0));
  return values;
}

}  // namespace

TEST_CASE("gif: frames are painted over each other, and taken back as they ask") {
  const std::string bytes = gif_of(3, 2,
                                   {{0, 0, 3, 2, 10, 1},
                                    {1, 0, 1, 1, 20, 3},  // shown, then undone
                                    {2, 1, 1, 1, 30, 2},  // shown, then cleared
                                    {0, 1, 1, 1, 40, 3},
                                    {0, 0, 2, 1, 50, 1},
                                    {0, 0, 3, 1, 60, 1, 60}});  // all transparent
  const auto clip = io::detail::decode_gif_frames(bytes, "x");
  REQUIRE(clip.shape() == Shape{6, 2, 3, 3});
  CHECK(reds(clip, 0) == std::vector{10, 10, 10, 10, 10, 10});
  CHECK(reds(clip, 1) == std::vector{10, 20, 10, 10, 10, 10});
  CHECK(reds(clip, 2) == std::vector{10, 10, 10, 10, 10, 30});
  CHECK(reds(clip, 3) == std::vector{10, 10, 10, 40, 10, 0});
  CHECK(reds(clip, 4) == std::vector{50, 50, 10, 10, 10, 0});
  CHECK(reds(clip, 5) == reds(clip, 4));
  CHECK(clip(0, 0, 0, 1) == 20);
  CHECK(clip(0, 0, 0, 2) == 245);
}

TEST_CASE("gif: what no image has painted is black") {
  const auto clip = io::detail::decode_gif_frames(gif_of(2, 1, {{1, 0, 1, 1, 9}}), "x");
  CHECK(reds(clip, 0) == std::vector{0, 9});
}

TEST_CASE("gif: fewer frames can be asked for") {
  const std::string bytes = gif_of(1, 1, {{0, 0, 1, 1, 1}, {0, 0, 1, 1, 2}});
  CHECK(io::detail::decode_gif_frames(bytes, "x", 1).size(0) == 1);
  CHECK(io::detail::decode_gif_frames(bytes, "x", 5).size(0) == 2);
}

TEST_CASE("gif: truncated and malformed files are refused by name") {
  const std::string whole = gif_of(3, 3, {{0, 0, 3, 3, 1}, {1, 1, 1, 1, 2}});
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_THROWS_WITH_AS(io::detail::decode_gif_frames(whole.substr(0, length), "a.gif"),
                         doctest::Contains("a.gif: truncated"), FormatError);
  CHECK_THROWS_AS(io::detail::decode_gif_frames(gif_of(3, 3, {}), "x"), FormatError);
  CHECK_THROWS_AS(io::detail::decode_gif_frames(gif_of(3, 3, {{2, 0, 2, 1, 1}}), "x"), FormatError);
  CHECK_THROWS_AS(io::detail::decode_gif_frames(gif_of(3, 3, {{0, 0, 0, 1, 1}}), "x"), FormatError);
}

TEST_CASE("gif: a screen and an image that their bytes cannot paint are refused") {
  std::string bytes = gif_of(1, 1, {{0, 0, 1, 1, 1}});
  bytes.replace(6, 4, "\xFF\xFF\xFF\xFF");
  CHECK_THROWS_WITH_AS(io::detail::decode_gif_frames(bytes, "x"),
                       doctest::Contains("announces a screen of 65535x65535 pixels"), FormatError);
  const auto image = bytes.find(std::string(",\0\0\0\0", 5));
  REQUIRE(image != std::string::npos);
  bytes.replace(image + 5, 4, "\xFF\xFF\xFF\xFF");
  CHECK_THROWS_WITH_AS(io::detail::decode_gif_frames(bytes, "x"),
                       doctest::Contains("image 0 of the GIF announces 65535x65535"), FormatError);
}

TEST_CASE("gif: all frames together have no more pixels than are allowed") {
  const std::string bytes = gif_of(3, 2, {{0, 0, 3, 2, 1}, {0, 0, 1, 1, 2}});
  const auto decode = [&](Index count, Index most) {
    return io::detail::decode_gif_frames(bytes, "x", count, {.most_pixels = most});
  };
  CHECK(decode(2, 12).size(0) == 2);
  CHECK_THROWS_WITH_AS(decode(2, 11), doctest::Contains("x: has 12 pixels, more than the 11"),
                       FormatError);
  CHECK(decode(1, 6).size(0) == 1);
}

TEST_CASE("gif: damaged files are read or refused, never worse") {
  const std::string whole = gif_of(3, 3, {{0, 0, 3, 3, 1, 2}, {1, 1, 1, 1, 2, 3}, {0, 1, 2, 1, 3}});
  for (std::size_t i = 10; i < whole.size(); ++i)
    for (const int value : {0, 1, 127, 128, 255}) {
      std::string broken = whole;
      broken[i] = static_cast<char>(value);
      try {
        io::detail::decode_gif_frames(broken, "x");
      } catch (const FormatError&) {
      }
    }
}

}  // namespace gif_test
