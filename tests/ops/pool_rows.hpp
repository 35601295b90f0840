// Gradcheck rows: poolings, over kernels, strides, paddings and the two conventions at the edge.
// They are linear (a maximum between kinks too), so results are squared: second derivatives then
// have something to say.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pool2d.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> pool_rows() {
  const auto image = in_range({1, 3, 7, 5}, 0.5, 2), spread = distinct({1, 2, 7, 5});
  const auto square = [](const Variable<double>& y) { return y * y; };
  const std::vector<PoolOptions> settings = {
      {.kernel = 2},
      {.kernel = 3, .stride = 2},
      {.kernel = 3, .stride = 2, .padding = 1},
      {.kernel = {3, 2}, .stride = {1, 3}, .padding = {1, 0}},
      {.kernel = 3, .stride = 2, .ceil_mode = true},
      {.kernel = {2, 3}, .stride = {3, 2}, .padding = 1, .ceil_mode = true},
      {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false},
  };
  std::vector<GradcheckRow> rows;
  for (const auto& o : settings) {
    const auto note = concat(", kernel ", o.kernel, ", stride ", o.stride, ", padding ", o.padding,
                             o.ceil_mode ? ", ceil" : "", o.count_include_pad ? "" : ", no pad");
    rows.push_back({"max_pool2d" + note,
                    [=](const Inputs& x) { return square(max_pool2d(x[0], o)); },
                    {spread}});
    rows.push_back({"avg_pool2d" + note,
                    [=](const Inputs& x) { return square(avg_pool2d(x[0], o)); },
                    {image}});
  }
  const PoolOptions divided{.kernel = {3, 2},
                            .stride = 2,
                            .padding = 1,
                            .ceil_mode = true,
                            .count_include_pad = false,
                            .divisor_override = 5};
  rows.push_back({"avg_pool2d, divisor 5",
                  [=](const Inputs& x) { return square(avg_pool2d(x[0], divided)); },
                  {image}});
  rows.push_back(
      {"global_avg_pool", [=](const Inputs& x) { return square(global_avg_pool(x[0])); }, {image}});

  Tensor<std::int32_t> positions({1, 3, 2, 2});
  for (Index i = 0; i < positions.size(); ++i)
    positions.data()[i] = static_cast<std::int32_t>(i * 8 % 35);
  rows.push_back({"gather_pixels",
                  [=](const Inputs& x) { return square(gather_pixels(x[0], positions)); },
                  {image}});
  rows.push_back({"scatter_pixels",
                  [=](const Inputs& x) {
                    return square(scatter_pixels(x[0], positions, {1, 3, 7, 5}));
                  },
                  {in_range({1, 3, 2, 2}, 0.5, 2)}});
  return rows;
}

}  // namespace adafuse
