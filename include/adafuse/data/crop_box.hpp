// A part of a picture: a box of its pixels, cut out; and the boxes that tests look at.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/data/resize.hpp>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Rows top ... top + height - 1 and columns left ... left + width - 1.
struct CropBox {
  /// In pixels.
  Index top = 0, left = 0, height = 0, width = 0;

  friend bool operator==(const CropBox&, const CropBox&) = default;
};

/// The pixels of a box: [height, width, 3]. Throws ShapeError for one that leaves the picture.
inline Tensor<std::uint8_t> crop(const Tensor<std::uint8_t>& image, const CropBox& box) {
  detail::require_picture(image, "crop");
  const Index h = image.size(0), w = image.size(1);
  require<ShapeError>(0 <= box.top && 1 <= box.height && box.height <= h && 0 <= box.left &&
                          1 <= box.width && box.width <= w && box.top <= h - box.height &&
                          box.left <= w - box.width,
                      "crop: rows ", box.top, " + ", box.height, " and columns ", box.left, " + ",
                      box.width, " leave a picture ", image.shape());
  if (box.height == h && box.width == w) return image;
  return contiguous(image.view<3>()
                        .slice(0, box.top, box.top + box.height)
                        .slice(1, box.left, box.left + box.width));
}

/// The box in the middle; of an odd rest the smaller half lies above and left of it.
inline CropBox middle_box(Index picture_height, Index picture_width, Index height, Index width) {
  return {(picture_height - height) / 2, (picture_width - width) / 2, height, width};
}

/// How many crops a test may take of a picture.
inline constexpr Index test_crop_counts[] = {1, 3, 10};

/// One of the crops of a test.
struct TestCrop {
  CropBox box;            ///< what is cut out
  bool mirrored = false;  ///< left and right exchanged
};

/// Crop `number` of `count`, size x size, of a picture that holds it. 1: the middle. 3: both ends
/// and the middle along the longer side. 10: four corners and the middle (steps of a quarter, as
/// TSN's GroupOverSample has them), then the same mirrored. Throws ValueError for other counts.
inline TestCrop test_crop(Index height, Index width, Index size, Index number, Index count) {
  require<ValueError>(count == 1 || count == 3 || count == 10, "crops: expects 1, 3 or 10, got ",
                      count);
  require<ValueError>(0 <= number && number < count, "crops: number ", number,
                      " is outside of the ", count);
  require<ShapeError>(1 <= size && size <= height && size <= width, "crops: a picture of ", height,
                      "x", width, " does not hold ", size, "x", size);
  if (count == 1) return {middle_box(height, width, size, size)};
  const Index rows = height - size, columns = width - size;
  if (count == 3) {
    const bool wide = width >= height;
    return {{wide ? rows / 2 : rows * number / 2, wide ? columns * number / 2 : columns / 2, size,
             size}};
  }
  constexpr Index quarters[5][2] = {{0, 0}, {0, 4}, {4, 0}, {4, 4}, {2, 2}};
  const auto& at = quarters[number % 5];
  return {{at[0] * (rows / 4), at[1] * (columns / 4), size, size}, number >= 5};
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
