// Pictures: RGB bytes [H, W, 3], row by row from the top left, and the files that hold them.
//
// Reads JPEG, PNG, BMP and GIF, and WebP where the options name a reader; transparency is dropped,
// 16 bits become 8, grey becomes RGB. A JPEG is turned as its EXIF orientation says.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/exif_orientation.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/gif.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/picture_end.hpp>
#include <adafuse/io/stb.hpp>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A picture [H, W, 3], or a clip of them [T, H, W, 3].
using Image = Tensor<std::uint8_t>;

/// The picture in these bytes, [H, W, 3]; the first frame of a GIF. `name` is what errors call it.
/// Throws FormatError when the bytes are no picture, are truncated, or announce more pixels than
/// they can hold or than the options allow.
inline Image decode_image(std::string_view bytes, const std::string& name,
                          const ImageOptions& options = {}) {
  require<FormatError>(!bytes.empty(), name, ": expected a picture, got an empty file");
  if (bytes.starts_with("GIF8")) return detail::decode_gif_frames(bytes, name, 1, options)[0];
  if (bytes.starts_with("RIFF") &&
      bytes.substr(std::min<std::size_t>(8, bytes.size()), 4) == "WEBP") {
    require<FormatError>(options.webp != nullptr, name, ": ", webp_needs_libwebp);
    return options.webp(bytes, name, options);
  }
  const bool jpeg = bytes.starts_with("\xFF\xD8"), bmp = bytes.starts_with("BM");
  const bool png = bytes.starts_with("\x89PNG\r\n\x1A\n");
  require<FormatError>(jpeg || bmp || png, name,
                       ": expected a JPEG, PNG, BMP, GIF or WebP picture");
  const char* fault = jpeg  ? detail::jpeg_fault(bytes)
                      : bmp ? detail::bmp_fault(bytes)
                            : detail::png_fault(bytes);
  require<FormatError>(fault == nullptr, name, ": ", fault ? fault : "");
  auto image = detail::stb_decode(bytes, 3, name, options);
  return jpeg ? detail::upright(image, detail::jpeg_orientation(bytes)) : image;
}

/// The picture in a file, [H, W, 3]. Throws IoError, FormatError.
inline Image read_image(const std::filesystem::path& path, const ImageOptions& options = {}) {
  return decode_image(read_file(path), path.string(), options);
}

/// Height and width of a picture, as read_image would return it. Only the beginning of the file is
/// read where that tells. Throws IoError, FormatError.
inline Shape picture_size(const std::filesystem::path& path, const ImageOptions& options = {}) {
  constexpr std::size_t beginning = std::size_t{1} << 16;  // A preview in EXIF is no longer.
  FileReader file(path);
  file.require_end();
  const std::string bytes = file.start(beginning);
  const Shape size = detail::stb_picture_size(bytes);
  if (size[0] == 0) {
    const auto image = read_image(path, options);
    return {image.size(0), image.size(1)};
  }
  detail::require_pixels(size[0] * size[1], options, path.string());
  const bool turned =
      bytes.starts_with("\xFF\xD8") && detail::lies_on_side(detail::jpeg_orientation(bytes));
  return turned ? Shape{size[1], size[0]} : size;
}

/// All frames of a GIF, [T, H, W, 3]. Throws IoError, FormatError.
inline Image read_gif(const std::filesystem::path& path, const ImageOptions& options = {}) {
  const std::string bytes = read_file(path);
  require<FormatError>(bytes.starts_with("GIF8"), path.string(), ": expected a GIF");
  return detail::decode_gif_frames(bytes, path.string(), std::numeric_limits<Index>::max(),
                                   options);
}

namespace detail {

inline void require_picture(const Image& image, const char* op) {
  constexpr Index longest = 65535;        // sides that a JPEG can state
  constexpr Index most = Index{1} << 30;  // bytes that stb counts without overflow
  require<ShapeError>(image.rank() == 3 && image.size(2) == 3 && image.size() > 0 &&
                          image.size(0) <= longest && image.size(1) <= longest &&
                          image.size() <= most,
                      op, ": expected a picture [H,W,3], got ", image.shape());
}

}  // namespace detail

/// The picture as the bytes of a JPEG file. Above quality 90 the colours keep full resolution.
/// Throws ShapeError, ValueError.
inline std::string encode_jpeg(const Image& image, int quality = 95) {
  detail::require_picture(image, "encode_jpeg");
  require<ValueError>(1 <= quality && quality <= 100, "encode_jpeg: quality is 1 to 100, got ",
                      quality);
  return detail::stb_encode_jpeg(image, quality);
}

/// The picture as the bytes of a PNG file, without loss. Throws ShapeError.
inline std::string encode_png(const Image& image) {
  detail::require_picture(image, "encode_png");
  return detail::stb_encode_png(image);
}

/// Writes a JPEG file. Throws ShapeError, ValueError, IoError.
inline void write_jpeg(const std::filesystem::path& path, const Image& image, int quality = 95) {
  overwrite_file(path, encode_jpeg(image, quality));
}

/// Writes a PNG file. Throws ShapeError, IoError.
inline void write_png(const std::filesystem::path& path, const Image& image) {
  overwrite_file(path, encode_png(image));
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
