// Gradcheck rows: convolutions of lines and volumes, and transposed ones; batch norm of volumes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/conv1d.hpp>
#include <adafuse/ops/conv3d.hpp>
#include <adafuse/ops/conv_transpose.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

/// Operands of a convolution: x, w, and a bias unless its length is 0.
inline std::vector<Tensor<double>> conv_operands(Shape x, Shape w, Index bias) {
  std::vector<Tensor<double>> operands{in_range(x, -1, 1), in_range(w, -1, 1, 1)};
  if (bias > 0) operands.push_back(in_range({bias}, -1, 1, 2));
  return operands;
}

inline std::vector<GradcheckRow> conv_nd_rows() {
  return {
      {"conv1d", [](const Inputs& x) { return conv1d(x[0], x[1], x[2]); },
       conv_operands({2, 3, 7}, {4, 3, 3}, 4)},
      {"conv1d, stride 2, padding 2, dilation 2, groups 2",
       [](const Inputs& x) {
         return conv1d(x[0], x[1], x[2], {.stride = 2, .padding = 2, .dilation = 2, .groups = 2});
       },
       conv_operands({2, 4, 9}, {6, 2, 3}, 6)},
      {"conv1d, no bias", [](const Inputs& x) { return conv1d(x[0], x[1], {.padding = 1}); },
       conv_operands({1, 2, 5}, {3, 2, 2}, 0)},
      {"conv3d", [](const Inputs& x) { return conv3d(x[0], x[1], x[2]); },
       conv_operands({1, 2, 4, 5, 4}, {3, 2, 3, 2, 3}, 3)},
      {"conv3d, stride 2x1x2, padding 1x0x2, dilation 2x1x1, groups 2",
       [](const Inputs& x) {
         return conv3d(
             x[0], x[1], x[2],
             {.stride = {2, 1, 2}, .padding = {1, 0, 2}, .dilation = {2, 1, 1}, .groups = 2});
       },
       conv_operands({2, 4, 5, 3, 4}, {4, 2, 2, 3, 2}, 4)},
      {"conv3d, no bias", [](const Inputs& x) { return conv3d(x[0], x[1], {.padding = 1}); },
       conv_operands({1, 1, 3, 3, 3}, {2, 1, 3, 3, 3}, 0)},
      {"batch_norm_train, 3d",
       [](const Inputs& x) { return batch_norm_train(x[0], x[1], x[2], 0.01).y; },
       {in_range({2, 3, 2, 3, 2}, -1, 1), in_range({3}, 0.5, 2, 1), in_range({3}, -1, 1, 2)}},
  };
}

inline std::vector<GradcheckRow> conv_transpose_rows() {
  return {
      {"conv_transpose1d", [](const Inputs& x) { return conv_transpose1d(x[0], x[1], x[2]); },
       conv_operands({2, 3, 4}, {3, 2, 3}, 2)},
      {"conv_transpose1d, stride 3, padding 1, output_padding 2, groups 2",
       [](const Inputs& x) {
         return conv_transpose1d(x[0], x[1], x[2],
                                 {.stride = 3, .padding = 1, .output_padding = 2, .groups = 2});
       },
       conv_operands({2, 4, 4}, {4, 3, 4}, 6)},
      {"conv_transpose1d, output_padding beyond the stride",
       [](const Inputs& x) {
         return conv_transpose1d(x[0], x[1], {.padding = 1, .output_padding = 2, .dilation = 3});
       },
       conv_operands({1, 2, 3}, {2, 2, 2}, 0)},
      {"conv_transpose2d",
       [](const Inputs& x) { return conv_transpose2d(x[0], x[1], x[2], {.stride = 2}); },
       conv_operands({2, 3, 3, 4}, {3, 2, 2, 2}, 2)},
      {"conv_transpose2d, stride 2x3, padding 1x0, output_padding 1x2, groups 2, dilation 1x2",
       [](const Inputs& x) {
         return conv_transpose2d(x[0], x[1], x[2],
                                 {.stride = {2, 3},
                                  .padding = {1, 0},
                                  .output_padding = {1, 2},
                                  .groups = 2,
                                  .dilation = {1, 2}});
       },
       conv_operands({1, 4, 3, 2}, {4, 1, 3, 2}, 2)},
      {"conv_transpose2d, output_padding beyond the stride",
       [](const Inputs& x) {
         return conv_transpose2d(
             x[0], x[1],
             {.stride = {1, 2}, .padding = 1, .output_padding = {2, 3}, .dilation = {3, 4}});
       },
       conv_operands({1, 2, 2, 3}, {2, 1, 2, 2}, 0)},
      {"conv_transpose3d",
       [](const Inputs& x) { return conv_transpose3d(x[0], x[1], x[2], {.stride = 2}); },
       conv_operands({1, 2, 2, 2, 3}, {2, 2, 2, 2, 2}, 2)},
      {"conv_transpose3d, stride 2x1x2, padding 1x1x0, output_padding 1x0x0, groups 2, dilation "
       "1x1x2",
       [](const Inputs& x) {
         return conv_transpose3d(x[0], x[1], x[2],
                                 {.stride = {2, 1, 2},
                                  .padding = {1, 1, 0},
                                  .output_padding = {1, 0, 0},
                                  .groups = 2,
                                  .dilation = {1, 1, 2}});
       },
       conv_operands({1, 4, 3, 3, 2}, {4, 1, 3, 3, 2}, 2)},
      {"conv_transpose3d, output_padding beyond the stride",
       [](const Inputs& x) {
         return conv_transpose3d(x[0], x[1], {.output_padding = {1, 1, 2}, .dilation = {2, 2, 3}});
       },
       conv_operands({1, 1, 2, 2, 2}, {1, 1, 2, 2, 2}, 0)},
  };
}

}  // namespace adafuse
