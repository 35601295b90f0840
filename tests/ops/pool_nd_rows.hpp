// Gradcheck rows: poolings of lines and volumes, and to a given size. They are linear (a maximum
// between kinks too), so results are squared: second derivatives then have something to say.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pool1d.hpp>
#include <adafuse/ops/pool3d.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> pool_nd_rows() {
  const auto line = in_range({2, 3, 9}, 0.5, 2), volume = in_range({1, 2, 5, 4, 6}, 0.5, 2);
  const auto spread_line = distinct({2, 3, 9}), spread_volume = distinct({1, 2, 5, 4, 6});
  const auto square = [](const Variable<double>& y) { return y * y; };
  const Pool1dOptions overlap{.kernel = 4, .stride = 3, .padding = 1, .ceil_mode = true},
      no_pad{.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false};
  const Pool3dOptions boxes{
      .kernel = {3, 2, 3}, .stride = {2, 1, 2}, .padding = {1, 1, 0}, .ceil_mode = true},
      no_pad_boxes{
          .kernel = {2, 3, 2}, .stride = {2, 3, 1}, .padding = 1, .count_include_pad = false},
      divided_boxes{.kernel = {3, 2, 3},
                    .stride = {2, 1, 2},
                    .padding = {1, 1, 0},
                    .ceil_mode = true,
                    .divisor_override = 5};
  return {
      {"max_pool1d",
       [=](const Inputs& x) { return square(max_pool1d(x[0], {.kernel = 2})); },
       {spread_line}},
      {"max_pool1d, overlapping, ceil",
       [=](const Inputs& x) { return square(max_pool1d(x[0], overlap)); },
       {spread_line}},
      {"avg_pool1d",
       [=](const Inputs& x) { return square(avg_pool1d(x[0], {.kernel = 2})); },
       {line}},
      {"avg_pool1d, overlapping, ceil",
       [=](const Inputs& x) { return square(avg_pool1d(x[0], overlap)); },
       {line}},
      {"avg_pool1d, no pad",
       [=](const Inputs& x) { return square(avg_pool1d(x[0], no_pad)); },
       {line}},
      {"max_pool3d",
       [=](const Inputs& x) { return square(max_pool3d(x[0], {.kernel = 2})); },
       {spread_volume}},
      {"max_pool3d, overlapping, ceil",
       [=](const Inputs& x) { return square(max_pool3d(x[0], boxes)); },
       {spread_volume}},
      {"avg_pool3d",
       [=](const Inputs& x) { return square(avg_pool3d(x[0], {.kernel = 2})); },
       {volume}},
      {"avg_pool3d, overlapping, ceil",
       [=](const Inputs& x) { return square(avg_pool3d(x[0], boxes)); },
       {volume}},
      {"avg_pool3d, no pad",
       [=](const Inputs& x) { return square(avg_pool3d(x[0], no_pad_boxes)); },
       {volume}},
      {"avg_pool3d, divisor 5",
       [=](const Inputs& x) { return square(avg_pool3d(x[0], divided_boxes)); },
       {volume}},
  };
}

inline std::vector<GradcheckRow> adaptive_pool_rows() {
  const auto line = in_range({2, 2, 7}, 0.5, 2), image = in_range({1, 2, 7, 5}, 0.5, 2),
             even = in_range({1, 2, 6, 4}, 0.5, 2), volume = in_range({1, 2, 5, 4, 3}, 0.5, 2);
  const auto spread_line = distinct({2, 2, 7}), spread_image = distinct({1, 2, 7, 5}),
             spread_even = distinct({1, 2, 6, 4}), spread_volume = distinct({1, 2, 5, 4, 3});
  const auto square = [](const Variable<double>& y) { return y * y; };
  const Size3 box{2, 3, 2};
  return {
      {"adaptive_avg_pool1d, to 3",
       [=](const Inputs& x) { return square(adaptive_avg_pool1d(x[0], 3)); },
       {line}},
      {"adaptive_avg_pool1d, to 9",
       [=](const Inputs& x) { return square(adaptive_avg_pool1d(x[0], 9)); },
       {line}},
      {"adaptive_avg_pool2d, to 3x2",
       [=](const Inputs& x) {
         return square(adaptive_avg_pool2d(x[0], {3, 2}));
       },
       {image}},
      {"adaptive_avg_pool2d, to 1",
       [=](const Inputs& x) { return square(adaptive_avg_pool2d(x[0], 1)); },
       {image}},
      {"adaptive_avg_pool2d, dividing",
       [=](const Inputs& x) {
         return square(adaptive_avg_pool2d(x[0], {3, 2}));
       },
       {even}},
      {"adaptive_avg_pool3d, to 2x3x2",
       [=](const Inputs& x) { return square(adaptive_avg_pool3d(x[0], box)); },
       {volume}},
      {"adaptive_max_pool1d, to 3",
       [=](const Inputs& x) { return square(adaptive_max_pool1d(x[0], 3)); },
       {spread_line}},
      {"adaptive_max_pool1d, to 9",
       [=](const Inputs& x) { return square(adaptive_max_pool1d(x[0], 9)); },
       {spread_line}},
      {"adaptive_max_pool2d, to 3x2",
       [=](const Inputs& x) {
         return square(adaptive_max_pool2d(x[0], {3, 2}));
       },
       {spread_image}},
      {"adaptive_max_pool2d, to 1",
       [=](const Inputs& x) { return square(adaptive_max_pool2d(x[0], 1)); },
       {spread_image}},
      {"adaptive_max_pool2d, dividing",
       [=](const Inputs& x) {
         return square(adaptive_max_pool2d(x[0], {3, 2}));
       },
       {spread_even}},
      {"adaptive_max_pool3d, to 2x3x2",
       [=](const Inputs& x) { return square(adaptive_max_pool3d(x[0], box)); },
       {spread_volume}},
  };
}

/// Of equals the first gets the gradient: differences cannot check that.
inline std::vector<GradcheckRow> pool_nd_kink_rows() {
  const auto line = Tensor<double>::of({1, 3, 3, 2, 2, 2, 0}).reshape({1, 1, 7});
  auto volume = Tensor<double>::uninitialized({1, 1, 3, 4, 3});
  for (Index i = 0; i < volume.size(); ++i) volume.data()[i] = static_cast<double>(i * i % 3);
  const auto image = volume.reshape({1, 1, 4, 9});
  return {
      {"max_pool1d, of equals",
       [](const Inputs& x) { return max_pool1d(x[0], {.kernel = 3, .stride = 2}); },
       {line}},
      {"max_pool3d, of equals",
       [](const Inputs& x) { return max_pool3d(x[0], {.kernel = 2, .stride = 1}); },
       {volume}},
      {"adaptive_max_pool2d, of equals",
       [](const Inputs& x) {
         return adaptive_max_pool2d(x[0], {3, 2});
       },
       {image}},
      {"adaptive_max_pool3d, of equals",
       [](const Inputs& x) { return adaptive_max_pool3d(x[0], 2); },
       {volume}},
  };
}

}  // namespace adafuse
