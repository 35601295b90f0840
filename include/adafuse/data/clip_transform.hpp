// ClipTransform: what happens to the pictures of a clip before a network reads them. Draw once for
// the clip, apply to each of its frames:
//
//   scale the shorter side -> crop -> mirror -> colours -> normalise -> erase
//
// What is drawn is a function of a key, so it is the same for any number of threads, and for a run
// that goes on.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/data/random_erase.hpp>
#include <adafuse/data/transform.hpp>
#include <adafuse/data/transform_options.hpp>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What was drawn for a clip. Boxes follow from their keys and the size of a picture: frames of one
/// size have one box.
struct DrawnTransform {
  Key crop;               ///< where the crop is
  bool mirrored = false;  ///< left and right exchanged
  ColourJitter jitter{};  ///< by what colours change
  Key erase;              ///< which box is erased, if any
};

/// Which of the crops of a test is taken (test_crop).
struct TestCropNumber {
  /// From 0, and of how many.
  Index number = 0, count = 1;
};

class ClipTransform {
 public:
  /// `flip`: every other clip is mirrored. `test`: a fixed crop, where none is drawn.
  ClipTransform(const Framing& framing, const TransformOptions& options, bool flip,
                const Normalisation& normalisation, TestCropNumber test = {})
      : framing_(framing),
        options_(options),
        flip_(flip),
        normalisation_(normalisation),
        test_(test) {}

  const Framing& framing() const { return framing_; }

  /// What this key draws for a clip.
  DrawnTransform draw(Key key) const {
    return {.crop = key.of("crop"),
            .mirrored = flip_ && key.of("flip").uniform(0) < 0.5,
            .jitter = draw_jitter(options_.jitter, key.of("jitter")),
            .erase = key.of("erase")};
  }

  /// The picture [H, W, 3] as bytes, before it is normalised. Throws ShapeError where it does not
  /// hold the crop.
  Tensor<std::uint8_t> picture(const Tensor<std::uint8_t>& frame,
                               const DrawnTransform& drawn) const {
    auto image = cropped(frame, drawn);
    if (drawn.mirrored) image = mirror(image);
    if (options_.jitter.any()) {
      image = image.clone();  // a frame may be shared
      data::apply(drawn.jitter, image);
    }
    return image;
  }

  /// Writes the planes of what `picture` made into `planes` [3, h, w].
  void planes(const Tensor<std::uint8_t>& picture, const DrawnTransform& drawn,
              View<float, 3> planes) const {
    normalise(picture, normalisation_, planes);
    if (equals(options_.erase, 0)) return;
    if (const auto box = erased_box(planes.size(1), planes.size(2), options_.erase, drawn.erase))
      erase(planes, *box);
  }

 private:
  Tensor<std::uint8_t> cropped(const Tensor<std::uint8_t>& frame,
                               const DrawnTransform& drawn) const {
    const Index size = framing_.size;
    if (options_.crop == Crop::centre && test_.count == 1) return framed(frame, framing_);
    if (options_.crop == Crop::centre || options_.crop == Crop::random) {
      const auto scaled = resize_shorter_side(frame, framing_.scaled_side());
      if (options_.crop == Crop::random)
        return crop(scaled, random_crop_box(scaled.size(0), scaled.size(1), size, drawn.crop));
      const auto test = test_crop(scaled.size(0), scaled.size(1), size, test_.number, test_.count);
      const auto part = crop(scaled, test.box);
      return test.mirrored ? mirror(part) : part;
    }
    const auto scaled =
        framing_.shorter_side > 0 ? resize_shorter_side(frame, framing_.shorter_side) : frame;
    const Index h = scaled.size(0), w = scaled.size(1);
    const auto box = options_.crop == Crop::multi_scale
                         ? multi_scale_crop_box(h, w, size, drawn.crop)
                         : resized_crop_box(h, w, options_.resized, drawn.crop);
    return resize(crop(scaled, box), size, size);
  }

  Framing framing_;
  TransformOptions options_;
  bool flip_;
  Normalisation normalisation_;
  TestCropNumber test_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
