// What adafuse::compiled holds of this room: the backbones, and what they hold.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/load_weights.hpp>
#include <adafuse/models/video_model.hpp>

#ifdef ADAFUSE_IN_LIBRARY
namespace adafuse::models::inline ADAFUSE_SIMD {

#define ADAFUSE_TEMPLATES(T) \
  ADAFUSE_EXTERN template std::unique_ptr<Backbone<T>> make_backbone(const ModelConfig&, Key);

ADAFUSE_TEMPLATES(float)
ADAFUSE_TEMPLATES(double)
#undef ADAFUSE_TEMPLATES
ADAFUSE_EXTERN template std::map<std::string, Shape> state_shapes<float>(const ModelConfig&);

}  // namespace adafuse::models::inline ADAFUSE_SIMD
#endif
