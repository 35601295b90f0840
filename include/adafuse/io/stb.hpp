// The door to stb: bytes to pixels and back, for JPEG, PNG, BMP and GIF, in memory only.
//
// stb fills in what a broken file lacks wherever it can; io/image.hpp looks at the file first. And
// stb unpacks whatever a file holds, however much: its memory comes from io/stb_library.hpp, block
// by block, and none is larger than a picture of the announced size can need.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/stb_library.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// The first picture in these bytes as [H, W, channels]; `channels` is 3 (RGB) or 4 (RGBA). Throws
/// FormatError with stb's reason, and for more pixels than the options allow before
/// memory is taken for them.
inline Tensor<std::uint8_t> stb_decode(std::string_view bytes, int channels,
                                       const std::string& name, const ImageOptions& options = {}) {
  require<FormatError>(bytes.size() <= std::numeric_limits<int>::max(), name,
                       ": cannot decode: ", bytes.size(), " bytes are too many");
  const auto* data = reinterpret_cast<const stb::stbi_uc*>(bytes.data());
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels_in_file = 0;
  stb_largest_block = std::size_t{1} << 20;  // to look at a header
  const bool known =
      stb::adafuse_stbi_info_from_memory(data, size, &width, &height, &channels_in_file) != 0;
  require<FormatError>(known, name, ": cannot decode: ", stb::adafuse_stbi_failure_reason());
  require_pixels(Index{width} * height, options, name);
  // Of a pixel: 8 bytes of 16-bit RGBA, and its unpacker doubles its block; JPEG rounds up to 32.
  const std::size_t padded =
      (static_cast<std::size_t>(width) + 31) * (static_cast<std::size_t>(height) + 31);
  stb_largest_block = 16 * padded + 2 * bytes.size() + (std::size_t{1} << 20);
  const std::unique_ptr<stb::stbi_uc, void (*)(void*)> pixels(
      stb::adafuse_stbi_load_from_memory(data, size, &width, &height, &channels_in_file, channels),
      stb::adafuse_stbi_image_free);
  const std::string_view reason = pixels ? "" : stb::adafuse_stbi_failure_reason();
  require<FormatError>(pixels != nullptr, name, ": cannot decode: ",
                       reason == "outofmem" ? "unpacks to more than its pixels" : reason);
  auto image = Tensor<std::uint8_t>::uninitialized({height, width, channels});
  std::copy_n(pixels.get(), image.size(), image.data());
  return image;
}

/// Height and width of the picture that begins with these bytes; 0 and 0 where they do not tell.
inline Shape stb_picture_size(std::string_view bytes) {
  int width = 0, height = 0, channels = 0;
  stb_largest_block = std::size_t{1} << 20;
  const bool known = stb::adafuse_stbi_info_from_memory(
                         reinterpret_cast<const stb::stbi_uc*>(bytes.data()),
                         static_cast<int>(bytes.size()), &width, &height, &channels) != 0;
  return known ? Shape{height, width} : Shape{0, 0};
}

inline void append_bytes(void* text, void* data, int size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data),
                                          static_cast<std::size_t>(size));
}

/// RGB pixels [H, W, 3] as a JPEG file; quality 1 to 100.
inline std::string stb_encode_jpeg(const Tensor<std::uint8_t>& image, int quality) {
  std::string bytes;
  const bool ok =
      stb::stbi_write_jpg_to_func(append_bytes, &bytes, static_cast<int>(image.size(1)),
                                  static_cast<int>(image.size(0)), 3, image.data(), quality);
  require<ValueError>(ok, "encode_jpeg: stb refuses the picture ", image.shape());
  return bytes;
}

/// RGB pixels [H, W, 3] as a PNG file.
inline std::string stb_encode_png(const Tensor<std::uint8_t>& image) {
  std::string bytes;
  const int width = static_cast<int>(image.size(1));
  const bool ok = stb::stbi_write_png_to_func(
      append_bytes, &bytes, width, static_cast<int>(image.size(0)), 3, image.data(), 3 * width);
  require<ValueError>(ok, "encode_png: stb refuses the picture ", image.shape());
  return bytes;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
