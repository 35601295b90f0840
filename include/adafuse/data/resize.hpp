// Pictures brought to the size that a network asks for: shorter side scaled, centre cropped.
//
// Scaling is bilinear: each new pixel is a mean of old ones, weighted by a triangle around its
// place. When the picture shrinks the triangle widens with it, so that no old pixel is left out and
// fine texture does not turn into noise (as in PIL, unlike the four-neighbour kind).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

/// The old pixels first, first + 1, ... that make each new pixel of a line, and their shares.
struct ResizeTaps {
  struct Tap {
    Index first;
    std::size_t begin, end;  // of its weights, which add up to 1; none is 0
  };
  std::vector<Tap> taps;
  std::vector<double> weights;
};

inline ResizeTaps resize_taps(Index from, Index to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double radius = std::max(scale, 1.0);
  ResizeTaps result;
  result.taps.reserve(static_cast<std::size_t>(to));
  for (Index i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;  // pixel k covers [k, k + 1)
    const std::size_t begin = result.weights.size();
    Index first = std::max<Index>(0, static_cast<Index>(std::floor(centre - radius)));
    const Index last = std::min(from - 1, static_cast<Index>(std::ceil(centre + radius)));
    double total = 0;
    for (Index k = first; k <= last; ++k) {
      const double distance = std::abs(static_cast<double>(k) + 0.5 - centre) / radius;
      const double weight = std::max(0.0, 1 - distance);
      if (equals(weight, 0) && equals(total, 0)) {
        first = k + 1;
      } else if (weight > 0) {
        result.weights.push_back(weight);
        total += weight;
      }
    }
    for (std::size_t k = begin; k < result.weights.size(); ++k) result.weights[k] /= total;
    result.taps.push_back({first, begin, result.weights.size()});
  }
  return result;
}

inline void require_picture(const Tensor<std::uint8_t>& image, const char* op) {
  require<ShapeError>(image.rank() == 3 && image.size(2) == 3 && image.size() > 0, op,
                      ": expected a picture [H,W,3], got ", image.shape());
}

/// The nearest whole number to one from 0 to 255, as std::lround has it, without a call.
inline std::uint8_t nearest_byte(double x) {
  const int above = static_cast<int>(x + 0.5);  // the sum rounds, perhaps up
  return static_cast<std::uint8_t>(above - (static_cast<double>(above) - 0.5 > x ? 1 : 0));
}

/// A line of `taps` pixels from a line of bytes, three colours each.
inline void resize_line(const std::uint8_t* x, const ResizeTaps& taps, float* y) {
  for (const auto& tap : taps.taps) {
    const std::uint8_t* pixel = x + 3 * tap.first;
    double red = 0, green = 0, blue = 0;
    for (std::size_t k = tap.begin; k < tap.end; ++k, pixel += 3) {
      const double weight = taps.weights[k];
      red += weight * pixel[0], green += weight * pixel[1], blue += weight * pixel[2];
    }
    *y++ = static_cast<float>(red), *y++ = static_cast<float>(green),
    *y++ = static_cast<float>(blue);
  }
}

}  // namespace detail

/// The picture [H, W, 3] at another size, [height, width, 3]. Throws ShapeError, ValueError.
inline Tensor<std::uint8_t> resize(const Tensor<std::uint8_t>& image, Index height, Index width) {
  detail::require_picture(image, "resize");
  require<ValueError>(height >= 1 && width >= 1, "resize: expected a positive size, got ", height,
                      "x", width);
  if (image.size(0) == height && image.size(1) == width) return image;
  const Index row = 3 * width;
  auto squeezed = Tensor<float>::uninitialized({image.size(0), width, 3});
  const auto columns = detail::resize_taps(image.size(1), width);
  for (Index i = 0; i < image.size(0); ++i)
    detail::resize_line(image.data() + i * 3 * image.size(1), columns, squeezed.data() + i * row);
  auto result = Tensor<std::uint8_t>::uninitialized({height, width, 3});
  const auto rows = detail::resize_taps(image.size(0), height);
  std::vector<double> sums(static_cast<std::size_t>(row));
  for (Index i = 0; i < height; ++i) {
    const auto& tap = rows.taps[static_cast<std::size_t>(i)];
    std::fill(sums.begin(), sums.end(), 0.0);
    const float* x = squeezed.data() + tap.first * row;
    for (std::size_t k = tap.begin; k < tap.end; ++k, x += row) {
      const double weight = rows.weights[k];
      for (Index j = 0; j < row; ++j)
        sums[static_cast<std::size_t>(j)] += weight * static_cast<double>(x[j]);
    }
    std::uint8_t* y = result.data() + i * row;
    for (Index j = 0; j < row; ++j) y[j] = detail::nearest_byte(sums[static_cast<std::size_t>(j)]);
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
