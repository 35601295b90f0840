// From a picture to what a network reads: bytes [H, W, 3] become planes [3, H, W] of about unit
// size.
//
//   y = (x / 255 - mean) / deviation, for each plane
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/words.hpp>
#include <array>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Mean and standard deviation of each plane in [0, 1], which are red, green and blue; ImageNet's
/// unless told otherwise.
struct Normalisation {
  /// of red, green and blue, of bytes as numbers in [0, 1]
  std::array<float, 3> mean{0.485f, 0.456f, 0.406f};
  std::array<float, 3> deviation{0.229f, 0.224f, 0.225f};  ///< what x - mean is divided by
  bool bgr = false;                                        ///< The planes are blue, green and red.

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const Normalisation&, const Normalisation&) = default;
#pragma GCC diagnostic pop
};

/// What published networks read: red, green, blue with ImageNet's mean and deviation; or, for
/// BN-Inception as Caffe trained it, blue, green, red from 0 to 255, minus 104, 117 and 128.
enum class Pixels { rgb, bgr255 };
inline constexpr std::string_view pixels_words[] = {"rgb", "bgr255"};
constexpr io::Words words_of(Pixels) { return {"pixels", pixels_words}; }

/// The normalisation of this kind of pixels.
inline Normalisation normalisation_of(Pixels pixels) {
  if (pixels == Pixels::rgb) return {};
  constexpr float unit = 1.0f / 255;
  return {
      .mean = {104 * unit, 117 * unit, 128 * unit}, .deviation = {unit, unit, unit}, .bgr = true};
}

/// Writes the normalised planes of a picture [H, W, 3] into `out` [3, H, W]. Throws ShapeError.
inline void normalise(const Tensor<std::uint8_t>& image, const Normalisation& normalisation,
                      View<float, 3> out) {
  const auto x = image.view<3>();
  require<ShapeError>((out.shape() == Shape{3, x.size(0), x.size(1)}) && x.size(2) == 3,
                      "normalise: expected a picture [H,W,3] into [3,H,W], got ", image.shape(),
                      " into ", out.shape());
  for (Index c = 0; c < 3; ++c) {
    const auto colour = static_cast<std::size_t>(c);
    std::array<float, 256> value;  // of each byte
    for (std::size_t byte = 0; byte < value.size(); ++byte)
      value[byte] = static_cast<float>(
          (static_cast<double>(byte) / 255 - static_cast<double>(normalisation.mean[colour])) /
          static_cast<double>(normalisation.deviation[colour]));
    for (Index i = 0; i < x.size(0); ++i)
      for (Index j = 0; j < x.size(1); ++j)
        out(c, i, j) = value[x(i, j, normalisation.bgr ? 2 - c : c)];
  }
}

/// The normalised planes of a picture: [H, W, 3] to [3, H, W].
inline Tensor<float> normalise(const Tensor<std::uint8_t>& image,
                               const Normalisation& normalisation) {
  require<ShapeError>(image.rank() == 3, "normalise: expected a picture [H,W,3], got ",
                      image.shape());
  auto planes = Tensor<float>::uninitialized({3, image.size(0), image.size(1)});
  normalise(image, normalisation, planes.view<3>());
  return planes;
}

/// The picture [H, W, 3] as in a mirror: left and right exchanged.
inline Tensor<std::uint8_t> mirror(const Tensor<std::uint8_t>& image) {
  const auto x = image.view<3>();
  return contiguous(x.slice(1, x.size(1) - 1, -1, -1));
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
