// SPDX-License-Identifier: MIT
#include <adafuse/ops/grid_sample.hpp>
#include <adafuse/ops/interpolate.hpp>

#include "rows.hpp"

namespace bench {

OpsRows resize_rows() {
  using namespace adafuse;
  const std::vector<Input> images{x({16, 32, 56, 56})};
  const auto twice = [](const Variable<float>& x, InterpolateMode mode) {
    return interpolate(x, {.scale_factor = 2, .mode = mode});
  };
  using enum InterpolateMode;
  return {
      {"interpolate", images, [=](const Values& v) { return twice(v.x[0], nearest); }},
      {"interpolate, linear",
       {x({16, 64, 512})},
       [=](const Values& v) { return twice(v.x[0], linear); }},
      {"interpolate, bilinear", images, [=](const Values& v) { return twice(v.x[0], bilinear); }},
      {"interpolate, bilinear, smaller",
       {x({8, 3, 256, 256})},
       [](const Values& v) {
         return interpolate(v.x[0], {.size = {224, 224}, .mode = bilinear});
       }},
      {"interpolate, bicubic", images, [=](const Values& v) { return twice(v.x[0], bicubic); }},
      {"interpolate, trilinear",
       {x({2, 16, 8, 32, 32})},
       [=](const Values& v) { return twice(v.x[0], trilinear); }},
      {"grid_sample",
       {x({8, 32, 56, 56}), x({8, 56, 56, 2})},
       [](const Values& v) { return grid_sample(v.x[0], v.x[1]); }},
  };
}

}  // namespace bench
