// Gradcheck rows: convolution, over strides, paddings, dilations, groups and odd, unequal sizes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/conv2d.hpp>

#include "gradcheck_table.hpp"

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// "stride 2x1, padding 0x0, dilation 1x1, groups 2", after the name of the operation.
inline std::string conv_note(const Conv2dOptions& o) {
  return concat(", stride ", o.stride, ", padding ", o.padding, ", dilation ", o.dilation,
                ", groups ", o.groups);
}

/// x [2, 2 groups, 5, 4], w [3 groups, 2, kernel], bias [3 groups].
inline GradcheckRow conv_row(Size2 kernel, const Conv2dOptions& options) {
  const Index groups = options.groups;
  return {"conv2d" + conv_note(options) + concat(", kernel ", kernel),
          [options](const Inputs& x) { return conv2d(x[0], x[1], x[2], options); },
          {in_range({2, 2 * groups, 5, 4}, -1, 1),
           in_range({3 * groups, 2, kernel.height, kernel.width}, -1, 1, 1),
           in_range({3 * groups}, -1, 1, 2)}};
}

}  // namespace detail

inline std::vector<GradcheckRow> conv_rows() {
  std::vector<GradcheckRow> rows;
  // Each pair of settings meets at least once, with sizes that leave a remainder.
  rows.push_back(detail::conv_row(1, {}));
  rows.push_back(detail::conv_row(3, {.stride = 2}));
  rows.push_back(detail::conv_row({3, 2}, {.stride = {1, 2}, .padding = {1, 0}}));
  rows.push_back(detail::conv_row({2, 3}, {.stride = {3, 1}, .padding = 2, .dilation = {2, 1}}));
  const auto own = rows.size();
  for (const Index groups : {1, 2})
    for (const Index stride : {1, 2})
      for (const Index padding : {0, 1, 2})
        for (const Index dilation : {1, 2})
          rows.push_back(detail::conv_row(
              {3, 2},
              {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups}));
  // Second derivatives call the same three kernels, and take long.
  for (auto i = own; i < rows.size(); ++i) rows[i].second = false;

  rows.push_back(
      {"conv2d, depthwise",
       [](const Inputs& x) { return conv2d(x[0], x[1], {.stride = 2, .padding = 1, .groups = 3}); },
       {in_range({1, 3, 5, 6}, -1, 1), in_range({3, 1, 3, 3}, -1, 1, 1)}});
  const Shape in{2, 2, 5, 4}, weight{3, 2, 3, 2};
  const auto g = conv2d_geometry(in, weight, {.stride = {2, 1}, .padding = 1});
  const Shape out{2, 3, g.out_height(), g.out_width()};
  rows.push_back({"conv2d_backward_data",
                  [g](const Inputs& x) { return conv2d_backward_data(g, x[0], x[1]); },
                  {in_range(out, -1, 1), in_range(weight, -1, 1, 1)}});
  rows.push_back({"conv2d_backward_weights",
                  [g](const Inputs& x) { return conv2d_backward_weights(g, x[0], x[1]); },
                  {in_range(in, -1, 1), in_range(out, -1, 1, 1)}});
  return rows;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
