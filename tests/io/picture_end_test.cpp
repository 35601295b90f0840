// Where a picture must end, and which damage is seen before it is decoded.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/picture_end.hpp>
#include <string>

namespace picture_end_test {

using namespace adafuse::io::detail;

namespace {

bool jpeg_is_complete(const std::string& bytes) { return jpeg_fault(bytes) == nullptr; }

/// A DHT segment's content: one table with `codes` codes of every length.
std::string huffman_table(int codes, std::size_t values) {
  return std::string(1, '\0') + std::string(16, static_cast<char>(codes)) +
         std::string(values, 'v');
}

}  // namespace

TEST_CASE("picture end: numbers are read with the low byte first") {
  CHECK(little_endian("\x01\x02\x03\xFF", 0, 2) == 0x0201);
  CHECK(little_endian("\x01\x02\x03\xFF", 0, 4) == 0xFF030201);
}

TEST_CASE("picture end: a JPEG ends at a marker between segments, not inside of one") {
  const std::string start = "\xFF\xD8";
  CHECK_FALSE(jpeg_is_complete(start));
  CHECK(jpeg_is_complete(start + "\xFF\xD9"));
  const std::string segment("\xFF\xE1\x00\x04\xFF\xD9", 6);  // its two bytes look like the end
  CHECK_FALSE(jpeg_is_complete(start + segment));
  CHECK(jpeg_is_complete(start + segment + "\xFF\xD9"));
  const std::string data(
      "\xFF\xDA\x00\x02"
      "ab\xFF\x00"
      "c\xFF\xD3"
      "d",
      12);  // stuffing, restart
  CHECK_FALSE(jpeg_is_complete(start + data));
  CHECK(jpeg_is_complete(start + data + "\xFF\xFF\xD9"));  // markers may be padded
  CHECK_FALSE(jpeg_is_complete(start + std::string("\xFF\xE1\xFF\xFF", 4) + "\xFF\xD9"));
}

TEST_CASE("picture end: a Huffman table has at most 256 codes, and all of its values") {
  CHECK(huffman_tables_fit(""));
  CHECK(huffman_tables_fit(huffman_table(0, 0)));
  CHECK(huffman_tables_fit(huffman_table(16, 256)));
  CHECK(huffman_tables_fit(huffman_table(2, 32) + huffman_table(1, 16)));
  CHECK_FALSE(huffman_tables_fit(huffman_table(17, 272)));
  CHECK_FALSE(huffman_tables_fit(huffman_table(2, 31)));
  CHECK_FALSE(huffman_tables_fit(huffman_table(2, 33)));
  CHECK_FALSE(huffman_tables_fit(huffman_table(2, 32) + huffman_table(255, 4080)));
}

TEST_CASE("picture end: a BMP has the rows that it announces") {
  std::string bytes(54, '\0');
  bytes[10] = 54;
  bytes[14] = 40;
  bytes[18] = 2;  // two pixels of 24 bits: 6 bytes, padded to 8
  bytes[28] = 24;
  for (const int height : {3, -3}) {  // from below, from above
    for (int i = 0; i < 4; ++i)
      bytes[static_cast<std::size_t>(22 + i)] = static_cast<char>(height >> (8 * i));
    CHECK(bmp_fault(bytes + std::string(24, 'x')) == nullptr);
    CHECK(bmp_fault(bytes + std::string(23, 'x')) != nullptr);
  }
  CHECK(bmp_fault("BM") != nullptr);
  CHECK(bmp_fault(bytes.substr(0, 22) + std::string(4, '\0') + bytes.substr(26) + "pixels") !=
        nullptr);  // a height of 0
}

TEST_CASE("picture end: a JPEG has a bit for each 8x8 block that it announces") {
  const auto frame = [](int height, int width) {
    return std::string{8, static_cast<char>(height >> 8), static_cast<char>(height & 255),
                       static_cast<char>(width >> 8), static_cast<char>(width & 255)};
  };
  CHECK(jpeg_frame_fits(frame(64, 64), 8));
  CHECK_FALSE(jpeg_frame_fits(frame(65, 64), 8));
  CHECK_FALSE(jpeg_frame_fits(frame(65535, 65535), 1'000'000));
  CHECK_FALSE(jpeg_frame_fits("\x08\x01", 1'000'000));
}

TEST_CASE("picture end: a PNG's chunks lead to its end, and can hold what it announces") {
  const auto chunk = [](const std::string& name, const std::string& inside) {
    return std::string(3, '\0') + static_cast<char>(inside.size()) + name + inside + "sum.";
  };
  const auto header = [&](const char* sizes, char bits, char colours) {
    return "\x89PNG\r\n\x1A\n" +
           chunk("IHDR", std::string(sizes, 8) + bits + colours + std::string(3, '\0'));
  };
  const std::string data = chunk("IDAT", std::string(100, 'd')), end = chunk("IEND", "");
  const std::string whole = header("\0\0\0\x04\0\0\0\x04", 8, 2) + data + end;
  CHECK(png_fault(whole) == nullptr);
  CHECK(png_fault(whole + "trailing") == nullptr);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(png_fault(whole.substr(0, length)) != nullptr);
  // 1 + 300 bytes a row: 342 rows fit into 100 times 1032, 343 do not.
  CHECK(png_fault(header("\0\0\0\x64\0\0\x01\x56", 8, 2) + data + end) == nullptr);
  CHECK(png_fault(header("\0\0\0\x64\0\0\x01\x57", 8, 2) + data + end) != nullptr);
  CHECK(png_fault(header("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 16, 6) + data + end) != nullptr);
  CHECK(png_fault(header("\0\0\0\x04\0\0\0\x04", 8, 7) + data + end) != nullptr);
}

}  // namespace picture_end_test
