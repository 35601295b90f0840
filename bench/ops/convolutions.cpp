// SPDX-License-Identifier: MIT
#include <adafuse/ops/conv1d.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/conv3d.hpp>
#include <adafuse/ops/conv_transpose.hpp>

#include "rows.hpp"

namespace bench {

OpsRows convolution_rows() {
  using namespace adafuse;
  const Shape images{8, 64, 56, 56}, weight{64, 64, 3, 3};
  const auto g = conv2d_geometry(images, weight, {.padding = 1});
  return {
      {"conv1d",
       {x({16, 64, 1024}), x({64, 64, 3}), x({64})},
       [](const Values& v) { return conv1d(v.x[0], v.x[1], v.x[2], {.padding = 1}); }},
      {"conv1d, dilated",
       {x({16, 64, 1024}), x({64, 64, 3}), x({64})},
       [](const Values& v) {
         return conv1d(v.x[0], v.x[1], v.x[2], {.padding = 4, .dilation = 4});
       }},
      {"conv2d",
       {x(images), x(weight), x({64})},
       [](const Values& v) { return conv2d(v.x[0], v.x[1], v.x[2], {.padding = 1}); }},
      {"conv2d, 1x1",
       {x(images), x({64, 64, 1, 1}), x({64})},
       [](const Values& v) { return conv2d(v.x[0], v.x[1], v.x[2]); }},
      {"conv2d, stride 2",
       {x(images), x({128, 64, 3, 3}), x({128})},
       [](const Values& v) { return conv2d(v.x[0], v.x[1], v.x[2], {.stride = 2, .padding = 1}); }},
      {"conv2d, depthwise",
       {x(images), x({64, 1, 3, 3}), x({64})},
       [](const Values& v) {
         return conv2d(v.x[0], v.x[1], v.x[2], {.padding = 1, .groups = 64});
       }},
      {"conv2d_backward_data",
       {x(images), x(weight)},
       [=](const Values& v) { return conv2d_backward_data(g, v.x[0], v.x[1]); }},
      {"conv2d_backward_weights",
       {x(images), x(images)},
       [=](const Values& v) { return conv2d_backward_weights(g, v.x[0], v.x[1]); }},
      {"conv3d",
       {x({2, 16, 16, 32, 32}), x({32, 16, 3, 3, 3}), x({32})},
       [](const Values& v) { return conv3d(v.x[0], v.x[1], v.x[2], {.padding = 1}); }},
      {"conv_transpose1d",
       {x({16, 64, 512}), x({64, 64, 4}), x({64})},
       [](const Values& v) {
         return conv_transpose1d(v.x[0], v.x[1], v.x[2], {.stride = 2, .padding = 1});
       }},
      {"conv_transpose2d",
       {x({8, 128, 28, 28}), x({128, 64, 2, 2}), x({64})},
       [](const Values& v) { return conv_transpose2d(v.x[0], v.x[1], v.x[2], {.stride = 2}); }},
      {"conv_transpose3d",
       {x({2, 32, 8, 16, 16}), x({32, 16, 2, 2, 2}), x({16})},
       [](const Values& v) { return conv_transpose3d(v.x[0], v.x[1], v.x[2], {.stride = 2}); }},
  };
}

}  // namespace bench
