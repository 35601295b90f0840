// Gradcheck rows: functions of one number and of two, activations, choosing by a mask. And rows for
// PyTorch alone: the same functions at their kinks, at 0, infinity and NaN.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/activation.hpp>
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/rounding.hpp>
#include <adafuse/ops/trigonometry.hpp>
#include <adafuse/ops/where.hpp>
#include <limits>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> activation_rows() {
  const auto mixed = distinct({3, 7});
  const auto spread = in_range({3, 7}, -7, 7, 11), angle = in_range({3, 7}, -2, 2, 3);
  return {
      {"leaky_relu", [](const Inputs& x) { return leaky_relu(x[0]); }, {mixed}},
      {"leaky_relu, steep",
       [](const Inputs& x) { return leaky_relu(x[0], {.negative_slope = 0.3}); },
       {mixed}},
      {"elu", [](const Inputs& x) { return elu(x[0]); }, {mixed}},
      {"elu, alpha", [](const Inputs& x) { return elu(x[0], {.alpha = 0.7}); }, {mixed}},
      {"selu", [](const Inputs& x) { return selu(x[0]); }, {mixed}},
      {"relu6", [](const Inputs& x) { return relu6(x[0]); }, {spread}},
      {"hardswish", [](const Inputs& x) { return hardswish(x[0]); }, {spread}},
      {"silu", [](const Inputs& x) { return silu(x[0]); }, {angle}},
      {"softplus", [](const Inputs& x) { return softplus(x[0]); }, {angle}},
      {"softplus, beta",
       [](const Inputs& x) { return softplus(x[0], {.beta = 3, .threshold = 8}); },
       {angle}},
      {"log_sigmoid", [](const Inputs& x) { return log_sigmoid(x[0]); }, {angle}},
      {"mish", [](const Inputs& x) { return mish(x[0]); }, {angle}},
      {"gelu", [](const Inputs& x) { return gelu(x[0]); }, {angle}},
      {"gelu, tanh",
       [](const Inputs& x) { return gelu(x[0], {.approximate = Approximate::tanh}); },
       {angle}},
  };
}

inline std::vector<GradcheckRow> function_rows() {
  const auto positive = in_range({2, 3, 5}, 0.5, 2), mixed = distinct({3, 7});
  const auto angle = in_range({3, 7}, -2, 2, 3);
  return {
      {"expm1", [](const Inputs& x) { return expm1(x[0]); }, {angle}},
      {"log1p", [](const Inputs& x) { return log1p(x[0]); }, {positive}},
      {"log2", [](const Inputs& x) { return log2(x[0]); }, {positive}},
      {"rsqrt", [](const Inputs& x) { return rsqrt(x[0]); }, {positive}},
      {"reciprocal", [](const Inputs& x) { return reciprocal(x[0]); }, {positive}},
      {"square", [](const Inputs& x) { return square(x[0]); }, {angle}},
      {"erf", [](const Inputs& x) { return erf(x[0]); }, {angle}},
      {"sin", [](const Inputs& x) { return sin(x[0]); }, {angle}},
      {"cos", [](const Inputs& x) { return cos(x[0]); }, {angle}},
      {"sign", [](const Inputs& x) { return sign(x[0]); }, {mixed}},
      {"floor", [](const Inputs& x) { return floor(x[0]); }, {mixed}},
      {"ceil", [](const Inputs& x) { return ceil(x[0]); }, {mixed}},
      {"round", [](const Inputs& x) { return round(x[0]); }, {mixed}},
      {"trunc", [](const Inputs& x) { return trunc(x[0]); }, {mixed}},
  };
}

/// Of two operands, or more.
inline std::vector<GradcheckRow> choosing_rows() {
  const auto a = distinct({3, 7}), b = in_range({3, 7}, -2, 2, 12), row = in_range({7}, -2, 2, 13);
  const auto by = in_range({3, 7}, -1, 1, 4),
             by_rows = Tensor<double>::of({1, -1, 1}).reshape({3, 1});
  const auto clip = distinct({2, 3, 5}, 1), slopes = in_range({3}, 0.1, 0.9, 14);
  const auto image = distinct({2, 3, 2, 2}, 2), slope = in_range({1}, 0.1, 0.9, 15);
  return {
      {"atan2", [](const Inputs& x) { return atan2(x[0], x[1]); }, {a, b}},
      {"atan2, broadcast", [](const Inputs& x) { return atan2(x[1], x[0]); }, {a, row}},
      {"minimum", [](const Inputs& x) { return minimum(x[0], x[1]); }, {a, b}},
      {"minimum, broadcast", [](const Inputs& x) { return minimum(x[0] * x[0], x[1]); }, {a, row}},
      {"maximum", [](const Inputs& x) { return maximum(x[0], x[1]); }, {a, b}},
      {"maximum, of a number", [](const Inputs& x) { return maximum(x[0] * x[0], 0.3); }, {a}},
      {"where",
       [by](const Inputs& x) { return where(by > 0, x[0] * x[0], x[1] * x[1]); },
       {a, b},
       {by}},
      {"where, broadcast",
       [by_rows](const Inputs& x) { return where(by_rows > 0, x[0], x[1] * x[1]); },
       {a, row},
       {by_rows}},
      {"where, a number",
       [by](const Inputs& x) { return where(by > 0, x[0] * x[0], 0.5); },
       {a},
       {by}},
      {"masked_fill",
       [by](const Inputs& x) { return masked_fill(x[0] * x[0], by > 0, -1.5); },
       {a},
       {by}},
      {"masked_fill, broadcast",
       [by_rows](const Inputs& x) { return masked_fill(x[0] * x[0], by_rows > 0, -1.5); },
       {a},
       {by_rows}},
      {"prelu", [](const Inputs& x) { return prelu(x[0], x[1]); }, {clip, slopes}},
      {"prelu, image", [](const Inputs& x) { return prelu(x[0], x[1]); }, {image, slopes}},
      {"prelu, one weight", [](const Inputs& x) { return prelu(x[0], x[1]); }, {clip, slope}},
  };
}

inline std::vector<GradcheckRow> elementwise_rows() {
  std::vector<GradcheckRow> all;
  for (auto& rows : {function_rows(), activation_rows(), choosing_rows()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

/// Rows for PyTorch alone: kinks, the ends of the range, and what is no number.
inline std::vector<GradcheckRow> special_rows() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto special =
      Tensor<double>::of({-inf, -6, -3, -1, -0.5, -0.0, 0, 0.5, 1, 1.5, 2.5, 3, 6, inf, nan});
  const auto far = Tensor<double>::of({-25, -20, -12, 12, 20, 20.5, 25});
  const auto a = Tensor<double>::of({1, 2, 3, -inf, inf, inf, nan, 1, nan, 0}),
             b = Tensor<double>::of({1, 3, 2, 0, inf, -inf, 1, nan, nan, 0});
  const auto by = Tensor<double>::of({1, 0, 1, 0, 1, 0, 1, 0, 1, 0});
  std::vector<GradcheckRow> rows{
      {"exp, special values", [](const Inputs& x) { return exp(x[0]); }, {special}},
      {"log, special values", [](const Inputs& x) { return log(x[0]); }, {special}},
      {"sqrt, special values", [](const Inputs& x) { return sqrt(x[0]); }, {special}},
      {"relu, special values", [](const Inputs& x) { return relu(x[0]); }, {special}},
      {"sigmoid, special values", [](const Inputs& x) { return sigmoid(x[0]); }, {special}},
      {"tanh, special values", [](const Inputs& x) { return tanh(x[0]); }, {special}},
      {"abs, special values", [](const Inputs& x) { return abs(x[0]); }, {special}},
      {"atan2, special values", [](const Inputs& x) { return atan2(x[0], x[1]); }, {a, b}},
      {"minimum, special values", [](const Inputs& x) { return minimum(x[0], x[1]); }, {a, b}},
      {"maximum, special values", [](const Inputs& x) { return maximum(x[0], x[1]); }, {a, b}},
      {"where, special values",
       [by](const Inputs& x) { return where(by > 0, x[0], x[1]); },
       {a, b},
       {by}},
      {"prelu, special values",
       [](const Inputs& x) { return prelu(x[0], x[1]); },
       {special, Tensor<double>::of({0.25})}},
  };
  for (const auto& row : function_rows())
    rows.push_back({row.op + ", special values", row.f, {special}});
  for (const auto& row : activation_rows()) {
    rows.push_back({row.op + ", special values", row.f, {special}});
    rows.push_back({row.op + ", far from 0", row.f, {far}});
  }
  return rows;
}

}  // namespace adafuse
