// YUV4MPEG2: raw frames through a pipe, with their size in front (ffmpeg -f yuv4mpegpipe).
//
//   YUV4MPEG2 W320 H240 F25:1 Ip C420jpeg\n
//   FRAME\n   Y [H, W], then U and V, halved or not: once for each frame
//
// Colours are those of BT.601, 16 to 235 unless the header says XCOLORRANGE=FULL. A pixel takes the
// colour sample that covers it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// Reads so many bytes; fewer at the end only.
using ReadBytes = std::function<std::size_t(char*, std::size_t)>;

/// What the first line of a YUV4MPEG2 stream says.
struct Y4mHeader {
  /// In pixels.
  Index width = 0, height = 0;
  Index across = 2, down = 2;  ///< pixels that share a colour sample
  bool grey = false;           ///< no U and V
  bool full_range = false;     ///< 0 to 255 instead of 16 to 235

  Index colour_width() const { return (width + across - 1) / across; }
  Index colour_height() const { return (height + down - 1) / down; }
  Index colour_bytes() const { return grey ? 0 : colour_width() * colour_height(); }
  Index frame_bytes() const { return width * height + 2 * colour_bytes(); }
};

namespace detail {

/// The colour samples that a word behind C names. Throws FormatError.
inline void read_y4m_colours(std::string_view word, const std::string& name, Y4mHeader& header) {
  const auto shared = [&](Index across, Index down) { header.across = across, header.down = down; };
  if (word == "420" || word == "420jpeg" || word == "420mpeg2" || word == "420paldv")
    shared(2, 2);
  else if (word == "422")
    shared(2, 1);
  else if (word == "411")
    shared(4, 1);
  else if (word == "444")
    shared(1, 1);
  else if (word == "mono")
    header.grey = true;
  else
    throw FormatError(concat(name, ": expected 8 bits in C420, C422, C411, C444 or Cmono, got ",
                             in_quotes(concat("C", word)), " (ffmpeg: -pix_fmt yuv420p)"));
}

/// Throws FormatError for a side that no picture has.
inline Index read_y4m_side(std::string_view word, const std::string& name) {
  constexpr Index longest = 65535;
  Index side = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), side);
  require<FormatError>(
      error == std::errc() && stop == word.data() + word.size() && 1 <= side && side <= longest,
      name, ": expected a side from 1 to ", longest, ", got ", in_quotes(word));
  return side;
}

}  // namespace detail

/// The first line, without its end. Throws FormatError.
inline Y4mHeader parse_y4m_header(std::string_view line, const std::string& name,
                                  const ImageOptions& pictures = {}) {
  constexpr std::string_view magic = "YUV4MPEG2";
  require<FormatError>(line.starts_with(magic), name, ": expected YUV4MPEG2, got ",
                       in_quotes(line));
  line.remove_prefix(magic.size());
  Y4mHeader header;
  while (!line.empty()) {
    line.remove_prefix(1);
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    if (word.starts_with('W')) header.width = detail::read_y4m_side(word.substr(1), name);
    if (word.starts_with('H')) header.height = detail::read_y4m_side(word.substr(1), name);
    if (word.starts_with('C')) detail::read_y4m_colours(word.substr(1), name, header);
    if (word == "XCOLORRANGE=FULL") header.full_range = true;
  }
  require<FormatError>(header.width > 0 && header.height > 0, name,
                       ": expected a width and a height, W320 H240");
  detail::require_pixels(header.width * header.height, pictures, name);
  return header;
}

/// The picture [H, W, 3] in the bytes of a frame: Y, U and V one after the other.
inline Tensor<std::uint8_t> y4m_picture(const Y4mHeader& header, const std::uint8_t* y) {
  struct Factors {
    int luma, red_v, green_u, green_v, blue_u;  // in 256ths
  };
  const auto f =
      header.full_range ? Factors{256, 359, 88, 183, 454} : Factors{298, 409, 100, 208, 516};
  const int black = header.full_range ? 0 : 16;
  const std::uint8_t *u = y + header.width * header.height, *v = u + header.colour_bytes();
  Tensor<std::uint8_t> picture({header.height, header.width, 3});
  std::uint8_t* out = picture.data();
  const auto put = [&](int value) {
    *out++ = static_cast<std::uint8_t>(std::clamp((value + 128) >> 8, 0, 255));
  };
  for (Index i = 0; i < header.height; ++i)
    for (Index j = 0; j < header.width; ++j) {
      const Index at = i / header.down * header.colour_width() + j / header.across;
      const int du = header.grey ? 0 : u[at] - 128, dv = header.grey ? 0 : v[at] - 128;
      const int luma = f.luma * (y[i * header.width + j] - black);
      put(luma + f.red_v * dv);
      put(luma - f.green_u * du - f.green_v * dv);
      put(luma + f.blue_u * du);
    }
  return picture;
}

/// The frames of a YUV4MPEG2 stream, one after the other.
class Y4mReader {
 public:
  /// Reads the first line. Throws FormatError.
  Y4mReader(ReadBytes read, std::string name, const ImageOptions& pictures = {})
      : read_(std::move(read)), name_(std::move(name)) {
    constexpr std::size_t longest = 1000;
    std::string line;
    char c = 0;
    while (line.size() < longest && read_(&c, 1) == 1 && c != '\n') line += c;
    header_ = parse_y4m_header(line, name_, pictures);
    bytes_.resize(static_cast<std::size_t>(header_.frame_bytes()));
  }

  const Y4mHeader& header() const { return header_; }

  /// The next frame [H, W, 3], or an undefined tensor at the end. Throws FormatError for one that
  /// is cut off, IoError when no frame begins where one should.
  Tensor<std::uint8_t> next() {
    constexpr std::string_view magic = "FRAME";
    char start[magic.size() + 1];
    const std::size_t got = read_(start, sizeof start);
    if (got == 0) return {};
    const std::string_view begun(start, std::min(got, magic.size()));
    require<IoError>(begun == magic.substr(0, begun.size()), name_, ": frame ", frame_,
                     " does not begin with FRAME, so what follows cannot be told apart");
    char c = start[sizeof start - 1];
    bool more = got == sizeof start;
    while (more && c != '\n') more = read_(&c, 1) == 1;  // what belongs to this frame alone
    const std::size_t there =
        more ? read_(reinterpret_cast<char*>(bytes_.data()), bytes_.size()) : 0;
    require<FormatError>(there == bytes_.size(), name_, ": frame ", frame_, " ends after ", there,
                         " of ", bytes_.size(), " bytes");
    ++frame_;
    return y4m_picture(header_, bytes_.data());
  }

 private:
  ReadBytes read_;
  std::string name_;
  Y4mHeader header_;
  std::vector<std::uint8_t> bytes_;  // of a frame
  Index frame_ = 0;                  // that comes next
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
