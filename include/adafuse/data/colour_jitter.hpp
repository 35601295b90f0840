// Colour jitter: brightness, contrast, saturation and hue of pictures of bytes, changed by factors
// that are drawn once; torchvision's definitions for tensors of bytes.
//
//   grey(r, g, b) = .2989 r + .587 g + .114 b, cut to a byte
//   brightness  y = f x                          contrast  y = f x + (1 - f) mean of grey
//   saturation  y = f x + (1 - f) grey           hue       y = rgb(hue + f turns, saturation,
//   value)
//
// Results are cut to 0 ... 255 and to whole numbers, hues rounded (torchvision cuts them too, below
// what comes of its float arithmetic: at most 1 less). Products are looked up in tables of bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

using ByteTable = std::array<double, 256>;

inline ByteTable multiples(double factor) {
  ByteTable table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = factor * static_cast<double>(byte);
  return table;
}

inline std::uint8_t cut_to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

/// The grey of a pixel, a byte.
class Grey {
 public:
  std::uint8_t operator()(const std::uint8_t* pixel) const {
    return cut_to_byte((red_[pixel[0]] + green_[pixel[1]]) + blue_[pixel[2]]);
  }

 private:
  ByteTable red_ = multiples(0.2989), green_ = multiples(0.587), blue_ = multiples(0.114);
};

/// y = factor x + rest, of every byte.
inline void blend_with(Tensor<std::uint8_t>& image, double factor, double rest) {
  const ByteTable product = multiples(factor);
  std::array<std::uint8_t, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = cut_to_byte(product[byte] + rest);
  for (std::uint8_t& byte : image) byte = table[byte];
}

/// A pixel whose hue is turned; r, g, b from 0 to 1.
inline std::array<double, 3> with_hue_turned(double r, double g, double b, double turns) {
  const double value = std::max({r, g, b}), least = std::min({r, g, b});
  double hue = 0, saturation = 0;
  if (value > least) {
    const double range = value - least;
    saturation = range / value;
    const double sixths = equals(value, r)   ? (g - b) / range
                          : equals(value, g) ? 2 + (b - r) / range
                                             : 4 + (r - g) / range;
    hue = sixths / 6 + 1;
  }
  hue += turns + 1;                                   // from 1/2 to 10/3
  hue -= static_cast<double>(static_cast<int>(hue));  // of whole turns nothing is left
  const double sixths = rounded(hue * 6);
  const int sector = static_cast<int>(sixths);
  const double part = sixths - sector;
  const double p = value * (1 - saturation), q = value * (1 - rounded(saturation * part)),
               t = value * (1 - rounded(saturation * (1 - part)));
  switch (sector) {
    case 0:
      return {value, t, p};
    case 1:
      return {q, value, p};
    case 2:
      return {p, value, t};
    case 3:
      return {p, q, value};
    case 4:
      return {t, p, value};
    default:
      return {value, p, q};
  }
}

}  // namespace detail

/// The four changes of a picture [H, W, 3], in place: it must be nobody else's.
inline void adjust_brightness(Tensor<std::uint8_t>& image, double factor) {
  detail::blend_with(image, factor, 0);
}

/// Each byte x becomes f x + (1 - f) m, f the factor, m the mean of the picture's grey.
inline void adjust_contrast(Tensor<std::uint8_t>& image, double factor) {
  const detail::Grey grey;
  std::int64_t sum = 0;
  for (Index i = 0; i < image.size(); i += 3) sum += grey(image.data() + i);
  const double mean = static_cast<double>(sum) / static_cast<double>(image.size() / 3);
  detail::blend_with(image, factor, (1 - factor) * mean);
}

/// Each byte x becomes f x + (1 - f) g, f the factor, g the grey of its pixel.
inline void adjust_saturation(Tensor<std::uint8_t>& image, double factor) {
  const detail::Grey grey;
  const auto own = detail::multiples(factor), of_grey = detail::multiples(1 - factor);
  for (Index i = 0; i < image.size(); i += 3) {
    std::uint8_t* pixel = image.data() + i;
    const double rest = of_grey[grey(pixel)];
    for (int c = 0; c < 3; ++c) pixel[c] = detail::cut_to_byte(own[pixel[c]] + rest);
  }
}

/// `turns` from -1/2 to 1/2 of the circle of colours.
inline void adjust_hue(Tensor<std::uint8_t>& image, double turns) {
  for (Index i = 0; i < image.size(); i += 3) {
    std::uint8_t* pixel = image.data() + i;
    const auto turned =
        detail::with_hue_turned(pixel[0] / 255.0, pixel[1] / 255.0, pixel[2] / 255.0, turns);
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = detail::cut_to_byte(turned[c] * 255 + 0.5);
  }
}

/// How far colours go: factors from max(0, 1 - a) to 1 + a, hues from -hue to hue turns. 0: as they
/// are.
struct JitterOptions {
  /// By how much each may change at most; 0: not at all.
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;

  bool any() const { return brightness > 0 || contrast > 0 || saturation > 0 || hue > 0; }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const JitterOptions&, const JitterOptions&) = default;
#pragma GCC diagnostic pop
};

/// What was drawn for a clip.
struct ColourJitter {
  /// Factors; of hue, the share of a whole turn.
  double brightness = 1, contrast = 1, saturation = 1, hue = 0;
  std::array<int, 4> order{0, 1, 2, 3};  ///< of these four
};

/// Draws factors and their order.
inline ColourJitter draw_jitter(const JitterOptions& options, Key key) {
  ColourJitter drawn;
  if (!options.any()) return drawn;
  Draws draws(key);
  for (std::size_t left = 4; left > 1; --left)  // Fisher and Yates
    std::swap(
        drawn.order[left - 1],
        drawn.order[static_cast<std::size_t>(draws.integer(static_cast<std::int64_t>(left)))]);
  const auto factor = [&](double most) { return draws.uniform(std::max(0.0, 1 - most), 1 + most); };
  drawn.brightness = factor(options.brightness);
  drawn.contrast = factor(options.contrast);
  drawn.saturation = factor(options.saturation);
  drawn.hue = draws.uniform(-options.hue, options.hue);
  return drawn;
}

/// Changes a picture that is nobody else's; a factor of 1 and a hue of 0 are passed over.
inline void apply(const ColourJitter& jitter, Tensor<std::uint8_t>& image) {
  for (const int change : jitter.order) {
    if (change == 0 && !equals(jitter.brightness, 1)) adjust_brightness(image, jitter.brightness);
    if (change == 1 && !equals(jitter.contrast, 1)) adjust_contrast(image, jitter.contrast);
    if (change == 2 && !equals(jitter.saturation, 1)) adjust_saturation(image, jitter.saturation);
    if (change == 3 && !equals(jitter.hue, 0)) adjust_hue(image, jitter.hue);
  }
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
