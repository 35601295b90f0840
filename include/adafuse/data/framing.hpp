// How a picture becomes the part that a network reads, without chance: cropped to a size that was
// asked for, or brought to the size that the network saw in training.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/crop_box.hpp>
#include <adafuse/io/words.hpp>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What becomes of a picture of another size than the network saw, where no crop was asked for.
enum class Fit {
  scale,   ///< it is scaled until it covers that size, and the middle is cropped
  refuse,  ///< an error
  any,     ///< it is taken as it is
};
inline constexpr std::string_view fit_words[] = {"scale", "refuse", "any"};
constexpr io::Words words_of(Fit) { return {"fit", fit_words}; }

/// How a picture is scaled and cropped.
struct Framing {
  Index size = 0;               ///< cropped to size x size; 0: as `fit` says
  Index shorter_side = 0;       ///< to which it is scaled before the crop; 0: size
  Fit fit = Fit::any;           ///< counts where size is 0
  Index height = 0, width = 0;  ///< that the network saw; count where fit does

  /// The shorter side before the crop.
  Index scaled_side() const { return shorter_side > 0 ? shorter_side : size; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

/// Throws ValueError for a rule that no picture meets.
inline void check(const Framing& framing) {
  constexpr Index longest = 65535;  // sides that a JPEG can state
  if (framing.fit == Fit::any)
    require<ValueError>(framing.height == 0 && framing.width == 0,
                        "fit any: knows no height and width, got ", framing.height, " and ",
                        framing.width);
  else
    require<ValueError>(framing.size == 0 && 1 <= framing.height && framing.height <= longest &&
                            1 <= framing.width && framing.width <= longest,
                        "fit ", io::word_of(framing.fit), ": expects no size, and a height and ",
                        "width from 1 to ", longest, ", got ", framing.size, ", ", framing.height,
                        " and ", framing.width);
}

/// Why pictures of this size are not taken; empty: they are.
inline std::string refusal(const Framing& framing, Index height, Index width) {
  const bool other = height != framing.height || width != framing.width;
  if (framing.size > 0 || framing.fit != Fit::refuse || !other) return "";
  return concat("is ", height, "x", width, "; this model saw ", framing.height, "x", framing.width,
                " and refuses others (--fit scale in training would scale them)");
}

/// The part of a picture [H, W, 3] that the network reads. Throws ShapeError for one that is
/// refused, or too thin to be scaled.
inline Tensor<std::uint8_t> framed(const Tensor<std::uint8_t>& image, const Framing& framing) {
  detail::require_picture(image, "framing");
  if (framing.size > 0)
    return centre_crop(resize_shorter_side(image, framing.scaled_side()), framing.size);
  const Index h = image.size(0), w = image.size(1);
  if (framing.fit == Fit::any || (h == framing.height && w == framing.width)) return image;
  const auto reason = refusal(framing, h, w);
  require<ShapeError>(reason.empty(), "a picture ", reason);
  const Checked by_rows = Checked(framing.height) * w, by_columns = Checked(framing.width) * h;
  require<ShapeError>(by_rows.fits() && by_columns.fits(), "a picture is ", h, "x", w,
                      ": too long to be scaled");
  // It covers height x width, and one of both sides is just that.
  const bool rows_decide = by_rows.value() >= by_columns.value();
  const auto scaled = rows_decide ? resize(image, framing.height, by_rows.value() / h)
                                  : resize(image, by_columns.value() / w, framing.width);
  return crop(scaled, middle_box(scaled.size(0), scaled.size(1), framing.height, framing.width));
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
