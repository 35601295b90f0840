// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/y4m.hpp>
#include <cstdlib>
#include <cstring>

using namespace adafuse;

namespace y4m_test {

namespace {

io::ReadBytes reading(std::string text) {
  return [text, at = std::size_t{0}](char* to, std::size_t bytes) mutable {
    const std::size_t count = std::min(bytes, text.size() - at);
    std::memcpy(to, text.data() + at, count);
    at += count;
    return count;
  };
}

io::Y4mReader reader_of(const std::string& text) { return {reading(text), "film"}; }

}  // namespace

TEST_CASE("y4m: frames of halved colours become RGB") {
  const std::string luma("\x10\xEB\x51\x51\x10\xEB", 6), colours("\x80\x5A\x80\xF0", 4);
  auto film = reader_of("YUV4MPEG2 W3 H2 F25:1 Ip C420jpeg\nFRAME\n" + luma + colours +
                        "FRAME Ip\n" + luma + colours);
  const auto first = film.next(), second = film.next();
  CHECK(first.shape() == Shape{2, 3, 3});
  CHECK(!film.next().defined());
  // Black and white without colour; 81, 90, 240 is red.
  const std::vector<int> expected = {0, 0, 0, 255, 255, 255, 255, 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(first.data()[i] - expected[i]) <= 1);
  }
  CHECK(std::equal(first.begin(), first.end(), second.begin()));
}

TEST_CASE("y4m: the full range and grey frames") {
  auto film = reader_of("YUV4MPEG2 W2 H1 Cmono XCOLORRANGE=FULL\nFRAME\n\x07\xFF");
  const auto picture = film.next();
  CHECK(int{picture.data()[0]} == 7);
  CHECK(int{picture.data()[5]} == 255);
}

TEST_CASE("y4m: planes have the size that the header says") {
  CHECK(io::parse_y4m_header("YUV4MPEG2 W5 H3", "film").frame_bytes() == 15 + 2 * 6);
  CHECK(io::parse_y4m_header("YUV4MPEG2 W5 H3 C422", "film").frame_bytes() == 15 + 2 * 9);
  CHECK(io::parse_y4m_header("YUV4MPEG2 W5 H3 C444", "film").frame_bytes() == 45);
}

TEST_CASE("y4m: what is wrong is named") {
  CHECK_THROWS_WITH_AS(reader_of("P6 3 2 255\n"), "film: expected YUV4MPEG2, got \"P6 3 2 255\"",
                       FormatError);
  CHECK_THROWS_WITH_AS(reader_of("YUV4MPEG2 W0 H2\n"),
                       "film: expected a side from 1 to 65535, got \"0\"", FormatError);
  CHECK_THROWS_AS(reader_of("YUV4MPEG2 W3\n"), FormatError);
  CHECK_THROWS_WITH_AS(reader_of("YUV4MPEG2 W3 H2 C420p10\n"),
                       "film: expected 8 bits in C420, C422, C411, C444 or Cmono, got \"C420p10\" "
                       "(ffmpeg: -pix_fmt yuv420p)",
                       FormatError);
  CHECK_THROWS_AS(io::parse_y4m_header("YUV4MPEG2 W3 H2", "film", {.most_pixels = 5}), FormatError);
  CHECK_THROWS_WITH_AS(reader_of("YUV4MPEG2 W2 H2 Cmono\nFRAME\nab").next(),
                       "film: frame 0 ends after 2 of 4 bytes", FormatError);
  CHECK_THROWS_AS(reader_of("YUV4MPEG2 W2 H2 Cmono\nFRA").next(), FormatError);
  CHECK_THROWS_AS(reader_of("YUV4MPEG2 W2 H2 Cmono\nabcdefgh").next(), IoError);
}

}  // namespace y4m_test
