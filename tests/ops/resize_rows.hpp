// Gradcheck rows: resizing, pixels and channels, images read at points of a grid.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/grid_sample.hpp>
#include <adafuse/ops/interpolate.hpp>
#include <adafuse/ops/pixel_shuffle.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> interpolate_rows() {
  using enum InterpolateMode;
  const auto line = in_range({2, 2, 5}, 0.5, 2), image = in_range({1, 2, 4, 5}, 0.5, 2),
             volume = in_range({1, 2, 3, 2, 4}, 0.5, 2);
  // Linear in x, so the square has the second derivatives.
  const auto row = [](const std::string& note, const Tensor<double>& x,
                      const InterpolateOptions& options) {
    return GradcheckRow{"interpolate, " + note,
                        [options](const Inputs& in) { return interpolate(in[0] * in[0], options); },
                        {x}};
  };
  return {
      row("nearest, scale 2", image, {.scale_factor = 2}),
      row("nearest, scale 1.7x0.6", image, {.scale_factor = {1.7, 0.6}}),
      row("nearest, line to 7", line, {.size = 7}),
      row("nearest, volume to 2x5x3", volume, {.size = {2, 5, 3}}),
      row("nearest_exact, to 7x3", image, {.size = {7, 3}, .mode = nearest_exact}),
      row("nearest_exact, volume, scale 1.7", volume, {.scale_factor = 1.7, .mode = nearest_exact}),
      row("linear, to 8", line, {.size = 8, .mode = linear}),
      row("linear, to 3, corners", line, {.size = 3, .mode = linear, .align_corners = true}),
      row("linear, to 1, corners", line, {.size = 1, .mode = linear, .align_corners = true}),
      row("bilinear, scale 2", image, {.scale_factor = 2, .mode = bilinear}),
      row("bilinear, scale 1.7x0.6", image, {.scale_factor = {1.7, 0.6}, .mode = bilinear}),
      row("bilinear, scale 1.1, of the same size", image, {.scale_factor = 1.1, .mode = bilinear}),
      row("bilinear, to 7x5", image, {.size = {7, 5}, .mode = bilinear}),
      row("bilinear, to 7x3, corners", image,
          {.size = {7, 3}, .mode = bilinear, .align_corners = true}),
      row("bilinear, scale 1.7, corners", image,
          {.scale_factor = 1.7, .mode = bilinear, .align_corners = true}),
      row("trilinear, scale 2", volume, {.scale_factor = 2, .mode = trilinear}),
      row("trilinear, to 5x3x2, corners", volume,
          {.size = {5, 3, 2}, .mode = trilinear, .align_corners = true}),
      row("bicubic, scale 2", image, {.scale_factor = 2, .mode = bicubic}),
      row("bicubic, to 7x3", image, {.size = {7, 3}, .mode = bicubic}),
      row("bicubic, scale 1.7x0.6", image, {.scale_factor = {1.7, 0.6}, .mode = bicubic}),
      row("bicubic, to 7x3, corners", image,
          {.size = {7, 3}, .mode = bicubic, .align_corners = true}),
      row("area, to 3x2", image, {.size = {3, 2}, .mode = area}),
      row("area, line, scale 0.7", line, {.scale_factor = 0.7, .mode = area}),
  };
}

inline std::vector<GradcheckRow> pixel_rows() {
  std::vector<GradcheckRow> rows{
      {"pixel_shuffle",
       [](const Inputs& x) { return pixel_shuffle(x[0] * x[0], 2); },
       {in_range({2, 8, 2, 3}, 0.5, 2)}},
      {"pixel_shuffle, leading dimensions",
       [](const Inputs& x) { return pixel_shuffle(x[0] * x[0], 3); },
       {in_range({2, 1, 9, 1, 2}, 0.5, 2)}},
      {"pixel_unshuffle",
       [](const Inputs& x) { return pixel_unshuffle(x[0] * x[0], 2); },
       {in_range({2, 3, 4, 6}, 0.5, 2)}},
  };
  // Points inside and outside, also behind the first mirror. Rounding makes the nearest pixel,
  // whose gradient in the grid is 0.
  const auto image = in_range({2, 3, 4, 5}, -1, 1), grid = in_range({2, 3, 4, 2}, -2.3, 2.3, 1);
  const std::vector<std::pair<GridPadding, const char*>> paddings = {
      {GridPadding::zeros, "zeros"},
      {GridPadding::border, "border"},
      {GridPadding::reflection, "reflection"}};
  for (const auto& padding : paddings)
    for (const bool corners : {false, true}) {
      const std::string note = concat(padding.second, corners ? ", corners" : "");
      GridSampleOptions options{.padding_mode = padding.first, .align_corners = corners};
      rows.push_back({"grid_sample, bilinear, " + note,
                      [options](const Inputs& x) { return grid_sample(x[0], x[1], options); },
                      {image, grid}});
      options.mode = GridMode::nearest;
      rows.push_back({"grid_sample, nearest, " + note,
                      [options, grid](const Inputs& x) {
                        return grid_sample(x[0] * x[0], Variable<double>(grid), options);
                      },
                      {image},
                      {grid}});
    }
  return rows;
}

}  // namespace adafuse
