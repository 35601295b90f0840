// What training draws for a clip beside its frames. One struct says all of it, and is saved with
// the run; evaluation reads from it what it needs: how frames are chosen, and what becomes of
// pictures of another size.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/colour_jitter.hpp>
#include <adafuse/data/frame_sampling.hpp>
#include <adafuse/data/framing.hpp>
#include <adafuse/data/random_crops.hpp>
#include <cmath>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Which part of the pictures of a clip training sees; tests see the middle.
enum class Crop {
  centre,
  random,       ///< size x size anywhere
  multi_scale,  ///< TSN's four scales at thirteen places
  resized,      ///< any area and aspect (torchvision's RandomResizedCrop)
};
inline constexpr std::string_view crop_words[] = {"centre", "random", "multi-scale", "resized"};
constexpr io::Words words_of(Crop) { return {"crop", crop_words}; }

/// What a mirrored clip is called.
enum class FlipLabels {
  swap,  ///< left and right change places (data/mirrored_labels.hpp)
  keep,  ///< what it was
};
inline constexpr std::string_view flip_labels_words[] = {"swap", "keep"};
constexpr io::Words words_of(FlipLabels) { return {"flip-labels", flip_labels_words}; }

/// What training draws for a clip beside its frames.
struct TransformOptions {
  FrameSampling sampling = FrameSampling::segments;  ///< which frames are looked at
  Fit fit = Fit::scale;                       ///< how pictures of other sizes are made to fit
  Crop crop = Crop::centre;                   ///< how the part of a picture is drawn
  ResizedCrop resized{};                      ///< of Crop::resized
  FlipLabels flip_labels = FlipLabels::swap;  ///< what a mirrored clip is called
  JitterOptions jitter{};                     ///< by how much colours change
  double erase = 0;                           ///< the probability that a box of a clip is erased

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const TransformOptions&, const TransformOptions&) = default;
#pragma GCC diagnostic pop
};

/// Throws ValueError for what cannot be drawn, and for a crop without a size.
inline void check(const TransformOptions& t, Index size) {
  require<ValueError>(t.crop == Crop::centre || size > 0, "crop ", io::word_of(t.crop),
                      ": needs a size to crop to (--size)");
  require<ValueError>(0 < t.resized.least_area && t.resized.least_area <= 1,
                      "crop-area: expects a share above 0 and up to 1, got ", t.resized.least_area);
  require<ValueError>(1 <= t.resized.aspect && t.resized.aspect <= 100,
                      "crop-aspect: expects a number from 1 to 100, got ", t.resized.aspect);
  const auto factor = [](const char* name, double value) {
    require<ValueError>(0 <= value && value <= 100, name, ": expects a number from 0 to 100, got ",
                        value);
  };
  factor("brightness", t.jitter.brightness);
  factor("contrast", t.jitter.contrast);
  factor("saturation", t.jitter.saturation);
  require<ValueError>(0 <= t.jitter.hue && t.jitter.hue <= 0.5,
                      "hue: expects turns from 0 to 0.5, got ", t.jitter.hue);
  require<ValueError>(0 <= t.erase && t.erase <= 1, "erase: expects a probability, got ", t.erase);
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
