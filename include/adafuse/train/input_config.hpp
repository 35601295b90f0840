// What a model file says of its input: how frames are chosen, how a decoded frame becomes what the
// network reads, and what becomes of one of another size than the network saw.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/loader.hpp>
#include <adafuse/train/config.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Files of before a field was there have it at its default: pictures of any size, by segments.
struct InputConfig {
  Index size = 0;                       ///< cropped to size x size; 0: as `fit` says
  Index shorter_side = 0;               ///< to which a frame is scaled before the crop; 0: size
  data::Normalisation normalisation{};  ///< from bytes to numbers of about unit size
  data::Fit fit = data::Fit::any;       ///< what happens to pictures of other sizes
  Index height = 0, width = 0;          ///< that the network saw, where fit is not any
  data::FrameSampling sampling = data::FrameSampling::segments;  ///< which frames are looked at

  data::Framing framing() const { return {size, shorter_side, fit, height, width}; }
};

template <class Fields>
void list_fields(Fields& f, InputConfig& c) {
  f("size", c.size), f("shorter_side", c.shorter_side), f("normalisation", c.normalisation);
  f.or_default("fit", c.fit), f.or_default("height", c.height), f.or_default("width", c.width);
  f.or_default("sampling", c.sampling);
  if constexpr (std::is_same_v<Fields, FieldReader>) {
    check_crop(c.size, c.shorter_side);
    check(c.framing());
  }
}

/// What a training on these clips teaches a network to expect. Looks at the size of the first frame
/// where no crop is asked for.
inline InputConfig input_of(const TrainConfig& c, const data::Dataset& clips) {
  InputConfig input{c.size, c.shorter_side, c.normalisation};
  input.sampling = c.transform.sampling;
  if (c.size > 0 || c.transform.fit == data::Fit::any) return input;
  const Shape seen = clips.frame_size(0);
  input.fit = c.transform.fit;
  input.height = seen[0], input.width = seen[1];
  return input;
}

/// A loader that reads clips for a test as a model expects them, in order and without chance.
inline data::LoaderConfig test_loader(const InputConfig& input, Index frames, Index batch_size) {
  data::LoaderConfig loader;
  loader.batch_size = batch_size;
  loader.frames = frames;
  loader.sampling = data::Sampling::middle;
  loader.shuffle = false;
  loader.size = input.size;
  loader.shorter_side = input.shorter_side;
  loader.height = input.height;
  loader.width = input.width;
  loader.normalisation = input.normalisation;
  loader.transform.fit = input.fit;
  loader.transform.sampling = input.sampling;
  return loader;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
