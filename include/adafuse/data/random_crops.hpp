// Crops that training draws: anywhere, TSN's four scales at thirteen places, or any area and
// aspect. Each is a box that follows from a key and the size of the picture alone, so frames of one
// size are cropped alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/data/crop_box.hpp>
#include <array>
#include <cmath>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// size x size, anywhere in the picture, each place as likely. Throws ShapeError when the picture
/// is smaller.
inline CropBox random_crop_box(Index height, Index width, Index size, Key key) {
  require<ShapeError>(1 <= size && size <= height && size <= width, "random crop: a picture of ",
                      height, "x", width, " does not hold ", size, "x", size);
  return {key.integer(0, height - size + 1), key.integer(1, width - size + 1), size, size};
}

/// The scales of TSN's GroupMultiScaleCrop, shares of the shorter side.
inline constexpr std::array<double, 4> multi_scales{1, 0.875, 0.75, 0.66};

/// The heights and widths [h, w] that a multi-scale crop for a network of `size` chooses from:
/// scales a, b of the list with |a - b| <= 1 places in it. A side that misses `size` by less than 3
/// is `size`, where the picture holds that, so that nothing is scaled by a pixel or two.
inline std::vector<std::array<Index, 2>> multi_scale_sizes(Index height, Index width, Index size) {
  const Index shorter = std::min(height, width);
  std::array<Index, 4> sides{};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto side = static_cast<Index>(static_cast<double>(shorter) * multi_scales[i]);
    sides[i] = std::abs(side - size) < 3 && size <= shorter ? size : std::max<Index>(side, 1);
  }
  std::vector<std::array<Index, 2>> sizes;
  for (std::size_t i = 0; i < sides.size(); ++i)
    for (std::size_t j = i == 0 ? 0 : i - 1; j < std::min(i + 2, sides.size()); ++j)
      sizes.push_back({sides[i], sides[j]});
  return sizes;
}

/// The thirteen places of a box in a picture, in quarters of what is left beside it, rounded down:
/// corners, middle, middles of the sides, and the middles of the quadrants.
inline constexpr Index multi_scale_places[13][2] = {{0, 0}, {0, 4}, {4, 0}, {4, 4}, {2, 2},
                                                    {2, 0}, {2, 4}, {4, 2}, {0, 2}, {1, 1},
                                                    {1, 3}, {3, 1}, {3, 3}};

/// TSN's multi-scale crop (Wang et al., 2016): one of the sizes at one of the places, each as
/// likely.
inline CropBox multi_scale_crop_box(Index height, Index width, Index size, Key key) {
  const auto sizes = multi_scale_sizes(height, width, size);
  const auto [h, w] = sizes[static_cast<std::size_t>(key.integer(0, std::ssize(sizes)))];
  const auto& place = multi_scale_places[key.integer(1, 13)];
  return {place[0] * ((height - h) / 4), place[1] * ((width - w) / 4), h, w};
}

/// An area from `least_area` of the picture's to all of it, and an aspect (width / height) from
/// 1 / aspect to aspect.
struct ResizedCrop {
  /// The smallest share of the picture, and the largest ratio of width to height.
  double least_area = 0.08, aspect = 4.0 / 3;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const ResizedCrop&, const ResizedCrop&) = default;
#pragma GCC diagnostic pop
};

/// torchvision's RandomResizedCrop: area uniform, aspect uniform in its logarithm, ten attempts to
/// find a box that the picture holds, and the largest middle one of an allowed aspect after that.
inline CropBox resized_crop_box(Index height, Index width, const ResizedCrop& options, Key key) {
  Draws draws(key);
  const double h = static_cast<double>(height), w = static_cast<double>(width);
  const double widest = std::log(options.aspect);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = h * w * draws.uniform(options.least_area, 1);
    const double aspect = std::exp(draws.uniform(-widest, widest));
    const auto box_width = static_cast<Index>(std::nearbyint(std::sqrt(area * aspect)));
    const auto box_height = static_cast<Index>(std::nearbyint(std::sqrt(area / aspect)));
    const bool held =
        1 <= box_width && box_width <= width && 1 <= box_height && box_height <= height;
    if (!held) continue;
    const Index top = draws.integer(height - box_height + 1);
    const Index left = draws.integer(width - box_width + 1);
    return {top, left, box_height, box_width};
  }
  Index box_height = height, box_width = width;
  if (w / h < 1 / options.aspect)
    box_height = static_cast<Index>(std::nearbyint(w * options.aspect));
  else if (w / h > options.aspect)
    box_width = static_cast<Index>(std::nearbyint(h * options.aspect));
  return middle_box(height, width, box_height, box_width);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
