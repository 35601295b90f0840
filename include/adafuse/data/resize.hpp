// Pictures brought to the size that a network asks for: shorter side scaled, centre cropped.
//
// Scaling is bilinear: each new pixel is a mean of old ones, weighted by a triangle around its
// place. When the picture shrinks the triangle widens with it, so that no old pixel is left out and
// fine texture does not turn into noise (as in PIL, unlike the four-neighbour kind).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

/// The old pixels first, first + 1, ... that make one new pixel, and their shares.
struct ResizeTap {
  Index first = 0;
  std::vector<double> weights;  // they add up to 1
};

inline std::vector<ResizeTap> resize_taps(Index from, Index to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double radius = std::max(scale, 1.0);
  std::vector<ResizeTap> taps(static_cast<std::size_t>(to));
  for (Index i = 0; i < to; ++i) {
    ResizeTap& tap = taps[static_cast<std::size_t>(i)];
    const double centre = (static_cast<double>(i) + 0.5) * scale;  // pixel k covers [k, k + 1)
    tap.first = std::max<Index>(0, static_cast<Index>(std::floor(centre - radius)));
    const Index last = std::min(from - 1, static_cast<Index>(std::ceil(centre + radius)));
    double total = 0;
    for (Index k = tap.first; k <= last; ++k) {
      const double distance = std::abs(static_cast<double>(k) + 0.5 - centre) / radius;
      tap.weights.push_back(std::max(0.0, 1 - distance));
      total += tap.weights.back();
    }
    for (double& weight : tap.weights) weight /= total;
  }
  return taps;
}

inline void require_picture(const Tensor<std::uint8_t>& image, const char* op) {
  require<ShapeError>(image.rank() == 3 && image.size(2) == 3 && image.size() > 0, op,
                      ": expected a picture [H,W,3], got ", image.shape());
}

}  // namespace detail

/// The picture [H, W, 3] at another size, [height, width, 3]. Throws ShapeError, ValueError.
inline Tensor<std::uint8_t> resize(const Tensor<std::uint8_t>& image, Index height, Index width) {
  detail::require_picture(image, "resize");
  require<ValueError>(height >= 1 && width >= 1, "resize: expected a positive size, got ", height,
                      "x", width);
  if (image.size(0) == height && image.size(1) == width) return image;
  const auto x = image.view<3>();
  Tensor<float> squeezed({image.size(0), width, 3});
  const auto columns = detail::resize_taps(image.size(1), width);
  const auto h = squeezed.view<3>();
  for (Index i = 0; i < image.size(0); ++i)
    for (Index j = 0; j < width; ++j) {
      const auto& tap = columns[static_cast<std::size_t>(j)];
      for (Index c = 0; c < 3; ++c) {
        double sum = 0;
        for (Index k = 0; k < std::ssize(tap.weights); ++k)
          sum += tap.weights[static_cast<std::size_t>(k)] * x(i, tap.first + k, c);
        h(i, j, c) = static_cast<float>(sum);
      }
    }
  auto result = Tensor<std::uint8_t>::uninitialized({height, width, 3});
  const auto rows = detail::resize_taps(image.size(0), height);
  const auto y = result.view<3>();
  for (Index i = 0; i < height; ++i) {
    const auto& tap = rows[static_cast<std::size_t>(i)];
    for (Index j = 0; j < width; ++j)
      for (Index c = 0; c < 3; ++c) {
        double sum = 0;
        for (Index k = 0; k < std::ssize(tap.weights); ++k)
          sum += tap.weights[static_cast<std::size_t>(k)] *
                 static_cast<double>(h(tap.first + k, j, c));
        y(i, j, c) = static_cast<std::uint8_t>(std::lround(sum));
      }
  }
  return result;
}

/// The picture scaled so that its shorter side has this length; its proportions stay.
inline Tensor<std::uint8_t> resize_shorter_side(const Tensor<std::uint8_t>& image, Index length) {
  detail::require_picture(image, "resize_shorter_side");
  const Index h = image.size(0), w = image.size(1), shorter = std::min(h, w);
  const Checked height = Checked(h) * length, width = Checked(w) * length;
  require<ValueError>(height.fits() && width.fits(), "resize_shorter_side: a side of ", length,
                      " is too long for a picture of ", w, "x", h);
  return resize(image, height.value() / shorter, width.value() / shorter);
}

/// The middle [size, size, 3] of a picture. Throws ShapeError when the picture is smaller.
inline Tensor<std::uint8_t> centre_crop(const Tensor<std::uint8_t>& image, Index size) {
  detail::require_picture(image, "centre_crop");
  const Index h = image.size(0), w = image.size(1);
  require<ShapeError>(1 <= size && size <= h && size <= w,
                      "centre_crop: expected a picture of at least ", size, "x", size, ", got ",
                      image.shape());
  if (h == size && w == size) return image;
  const Index top = (h - size) / 2, left = (w - size) / 2;
  return contiguous(image.view<3>().slice(0, top, top + size).slice(1, left, left + size));
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
