// Transforms as JSON: what a run draws for its clips, in its config.json.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/transform_options.hpp>
#include <adafuse/train/json_fields.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

template <class Fields>
void list_fields(Fields& f, data::TransformOptions& t) {
  f.or_default("sampling", t.sampling), f.or_default("fit", t.fit), f.or_default("crop", t.crop);
  f.or_default("crop_area", t.resized.least_area), f.or_default("crop_aspect", t.resized.aspect);
  f.or_default("flip_labels", t.flip_labels);
  f.or_default("brightness", t.jitter.brightness), f.or_default("contrast", t.jitter.contrast);
  f.or_default("saturation", t.jitter.saturation), f.or_default("hue", t.jitter.hue);
  f.or_default("erase", t.erase);
}

/// What runs did that were begun before there were transforms.
inline constexpr data::TransformOptions transforms_of_old_runs{
    .fit = data::Fit::any, .flip_labels = data::FlipLabels::keep};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
