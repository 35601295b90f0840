// Random erasing (Zhong et al., 2017): a box of the normalised planes becomes 0, which is the mean
// colour; torchvision's RandomErasing.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/data/crop_box.hpp>
#include <cmath>
#include <optional>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The box that is erased of planes height x width, with a probability: an area from .02 to .33 of
/// theirs, uniform, and an aspect (height / width) from .3 to 3.3, uniform in its logarithm.
/// Nothing when it is not to be, or when ten attempts found no box smaller than the planes.
inline std::optional<CropBox> erased_box(Index height, Index width, double probability, Key key) {
  Draws draws(key);
  if (!draws.chance(probability)) return std::nullopt;
  const double area = static_cast<double>(height) * static_cast<double>(width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double erased = area * draws.uniform(0.02, 0.33);
    const double aspect = std::exp(draws.uniform(std::log(0.3), std::log(3.3)));
    const auto h = static_cast<Index>(std::nearbyint(std::sqrt(erased * aspect)));
    const auto w = static_cast<Index>(std::nearbyint(std::sqrt(erased / aspect)));
    if (h >= height || w >= width) continue;
    const Index top = draws.integer(height - h + 1);
    const Index left = draws.integer(width - w + 1);
    if (h > 0 && w > 0) return CropBox{top, left, h, w};
  }
  return std::nullopt;
}

/// Writes 0 into a box of planes [3, H, W], which holds it.
inline void erase(View<float, 3> planes, const CropBox& box) {
  for (Index c = 0; c < planes.size(0); ++c)
    for (Index i = 0; i < box.height; ++i)
      for (Index j = 0; j < box.width; ++j) planes(c, box.top + i, box.left + j) = 0;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
