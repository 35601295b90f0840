// The door to stb: bytes to pixels and back, for JPEG, PNG, BMP and GIF, in memory only.
//
// stb fills in what a broken file lacks wherever it can; io/image.hpp looks at the file first.
// SPDX-License-Identifier: MIT
#pragma once

#ifdef STBI_INCLUDE_STB_IMAGE_H
#error adafuse: include adafuse before stb_image.h, which it compiles with internal linkage
#endif

// Internal linkage: each file that includes this has its own stb, and a program may have another.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_NO_LINEAR
#define STBI_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#if __has_include(<stb/stb_image.h>)
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#else
#include <stb_image.h>
#include <stb_image_write.h>
#endif
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_IMPLEMENTATION

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// The first picture in these bytes as [H, W, channels]; `channels` is 3 (RGB) or 4 (RGBA). Throws
/// FormatError with stb's reason.
inline Tensor<std::uint8_t> stb_decode(std::string_view bytes, int channels,
                                       const std::string& name) {
  require<FormatError>(bytes.size() <= std::numeric_limits<int>::max(), name,
                       ": cannot decode: ", bytes.size(), " bytes are too many");
  int width = 0, height = 0, channels_in_file = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                            static_cast<int>(bytes.size()), &width, &height, &channels_in_file,
                            channels),
      stbi_image_free);
  require<FormatError>(pixels != nullptr, name, ": cannot decode: ", stbi_failure_reason());
  auto image = Tensor<std::uint8_t>::uninitialized({height, width, channels});
  std::copy_n(pixels.get(), image.size(), image.data());
  return image;
}

inline void append_bytes(void* text, void* data, int size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data),
                                          static_cast<std::size_t>(size));
}

/// RGB pixels [H, W, 3] as a JPEG file; quality 1 to 100.
inline std::string stb_encode_jpeg(const Tensor<std::uint8_t>& image, int quality) {
  std::string bytes;
  const bool ok = stbi_write_jpg_to_func(append_bytes, &bytes, static_cast<int>(image.size(1)),
                                         static_cast<int>(image.size(0)), 3, image.data(), quality);
  require<ValueError>(ok, "encode_jpeg: stb refuses the picture ", image.shape());
  return bytes;
}

/// RGB pixels [H, W, 3] as a PNG file.
inline std::string stb_encode_png(const Tensor<std::uint8_t>& image) {
  std::string bytes;
  const int width = static_cast<int>(image.size(1));
  const bool ok = stbi_write_png_to_func(
      append_bytes, &bytes, width, static_cast<int>(image.size(0)), 3, image.data(), 3 * width);
  require<ValueError>(ok, "encode_png: stb refuses the picture ", image.shape());
  return bytes;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
