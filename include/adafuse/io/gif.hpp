// GIF animations: the blocks of the file are walked here, stb unpacks one image at a time, and the
// frames are put together here. (stb's own animation reader reads outside of its buffer when a
// frame asks to go back to the one before.)
//
// A code of at most 12 bits paints at most 4096 pixels, so a byte paints at most 2731: what the
// screen and an image announce is compared with that before memory is taken.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/picture_end.hpp>
#include <adafuse/io/stb.hpp>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// One image block: a rectangle of the screen that it paints.
struct GifImage {
  enum class After { leave, clear, restore };  ///< what becomes of the rectangle when it was shown

  Index left = 0, top = 0, width = 0, height = 0;
  After after = After::leave;
  std::string_view control;  ///< the graphic control extension, whole; empty when there is none
  std::string_view packed;   ///< flags, colour table and packed pixels: all behind the rectangle
};

struct GifBlocks {
  std::string_view size, colours;  ///< screen size as stored; flags and global colour table
  Index width = 0, height = 0;
  std::vector<GifImage> images;
};

/// Walks over a file's bytes. Throws FormatError at their end.
class GifCursor {
 public:
  GifCursor(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::size_t position() const { return position_; }
  std::string_view take(std::size_t count) {
    require<FormatError>(count <= bytes_.size() - position_, name_,
                         ": truncated: the GIF has no end");
    position_ += count;
    return bytes_.substr(position_ - count, count);
  }
  std::uint8_t take_byte() { return byte_at(take(1), 0); }
  void skip_colours(std::uint8_t flags) {
    if (flags & 0x80) take(std::size_t{3} << ((flags & 7) + 1));
  }
  void skip_sub_blocks() {
    while (const std::uint8_t length = take_byte()) take(length);
  }
  std::string_view since(std::size_t start) const {
    return bytes_.substr(start, position_ - start);
  }

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::size_t position_ = 0;
};

/// The most pixels that so many bytes may paint.
inline Index gif_pixels(std::size_t bytes) { return 2731 * static_cast<Index>(bytes); }

/// The blocks of a GIF up to its trailer. Throws FormatError when it is truncated or malformed.
inline GifBlocks parse_gif(std::string_view bytes, const std::string& name) {
  GifCursor cursor(bytes, name);
  cursor.take(6);  // GIF87a, GIF89a
  GifBlocks gif;
  gif.size = cursor.take(4);
  gif.width = little_endian(gif.size, 0, 2);
  gif.height = little_endian(gif.size, 2, 2);
  const std::size_t colours = cursor.position();
  const std::uint8_t flags = byte_at(cursor.take(3), 0);  // and background, and aspect
  cursor.skip_colours(flags);
  gif.colours = cursor.since(colours);

  GifImage next;
  for (;;) {
    const std::size_t start = cursor.position();
    switch (const std::uint8_t kind = cursor.take_byte()) {
      case 0x21: {  // extension
        const std::uint8_t label = cursor.take_byte();
        cursor.skip_sub_blocks();
        const std::string_view extension = cursor.since(start);
        if (label != 0xF9 || extension.size() != 8) break;
        next.control = extension;
        const int disposal = (byte_at(extension, 3) >> 2) & 7;
        next.after = disposal == 2   ? GifImage::After::clear
                     : disposal == 3 ? GifImage::After::restore
                                     : GifImage::After::leave;
        break;
      }
      case 0x2C: {  // image
        const std::string_view rectangle = cursor.take(8);
        next.left = little_endian(rectangle, 0, 2);
        next.top = little_endian(rectangle, 2, 2);
        next.width = little_endian(rectangle, 4, 2);
        next.height = little_endian(rectangle, 6, 2);
        require<FormatError>(
            next.width > 0 && next.height > 0 && next.left + next.width <= gif.width &&
                next.top + next.height <= gif.height,
            name, ": image ", gif.images.size(), " of the GIF is empty or outside of the ",
            gif.width, "x", gif.height, " screen");
        const std::size_t packed = cursor.position();
        cursor.skip_colours(cursor.take_byte());
        cursor.take_byte();  // bits of the smallest code
        cursor.skip_sub_blocks();
        next.packed = cursor.since(packed);
        require<FormatError>(next.width * next.height <= gif_pixels(next.packed.size()), name,
                             ": truncated: image ", gif.images.size(), " of the GIF announces ",
                             next.width, "x", next.height, " pixels, more than its ",
                             next.packed.size(), " bytes can hold");
        gif.images.push_back(next);
        next = {};
        break;
      }
      case 0x3B:  // trailer
        require<FormatError>(!gif.images.empty(), name, ": the GIF holds no image");
        return gif;
      default:
        throw FormatError(concat(name, ": the GIF has an unknown block ", int{kind}));
    }
  }
}

/// The pixels of one image block alone, RGBA [h, w, 4], as a GIF of its own size; transparent
/// pixels have alpha 0.
inline Tensor<std::uint8_t> decode_gif_image(const GifBlocks& gif, const GifImage& image,
                                             const std::string& name, const ImageOptions& options) {
  const auto two_bytes = [](Index x) {
    return std::string{static_cast<char>(x & 255), static_cast<char>(x >> 8)};
  };
  const std::string size = two_bytes(image.width) + two_bytes(image.height);
  std::string file = "GIF89a" + size;
  file += gif.colours;
  file[11] = '\0';  // Background colour 0: stb then leaves unpainted pixels transparent.
  file += image.control;
  file += ',' + std::string(4, '\0') + size;
  file += image.packed;
  file += ';';
  return stb_decode(file, 4, name, options);
}

/// The first `count` frames of a GIF (all, when it has fewer), [T, H, W, 3]; what no image paints
/// is black. Throws FormatError, and for more pixels in these frames than the options
/// allow.
inline Tensor<std::uint8_t> decode_gif_frames(std::string_view bytes, const std::string& name,
                                              Index count = std::numeric_limits<Index>::max(),
                                              const ImageOptions& options = {}) {
  const GifBlocks gif = parse_gif(bytes, name);
  const Index frames = std::min<Index>(count, std::ssize(gif.images));
  const Index screen_pixels = gif.width * gif.height;
  constexpr Index small_screen = Index{1} << 20;  // may be larger than what is painted on it
  require<FormatError>(screen_pixels <= std::max(small_screen, gif_pixels(bytes.size())), name,
                       ": the GIF announces a screen of ", gif.width, "x", gif.height,
                       " pixels, more than its ", bytes.size(), " bytes can paint");
  require_pixels(frames * screen_pixels, options, name);
  auto clip = Tensor<std::uint8_t>::uninitialized({frames, gif.height, gif.width, 3});
  Tensor<std::uint8_t> screen({gif.height, gif.width, 3});
  for (Index t = 0; t < frames; ++t) {
    const GifImage& image = gif.images[static_cast<std::size_t>(t)];
    const Tensor<std::uint8_t> before =
        image.after == GifImage::After::restore ? screen.clone() : Tensor<std::uint8_t>();
    const Tensor<std::uint8_t> pixels = decode_gif_image(gif, image, name, options);
    const auto from = pixels.view<3>();
    const auto to = screen.view<3>();
    for (Index i = 0; i < image.height; ++i)
      for (Index j = 0; j < image.width; ++j)
        if (from(i, j, 3) > 0)
          for (Index c = 0; c < 3; ++c) to(image.top + i, image.left + j, c) = from(i, j, c);
    clip[t].copy_from(screen);
    if (image.after == GifImage::After::restore) screen = before;
    if (image.after == GifImage::After::clear)
      for (Index i = 0; i < image.height; ++i)
        for (Index j = 0; j < image.width; ++j)
          for (Index c = 0; c < 3; ++c) to(image.top + i, image.left + j, c) = 0;
  }
  return clip;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
