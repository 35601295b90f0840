// Gradcheck rows: arithmetic, powers, functions of one number.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/pow.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> arithmetic_rows() {
  const auto positive = in_range({2, 3, 5}, 0.5, 2), other = in_range({2, 3, 5}, 0.5, 2, 1);
  const auto mixed = distinct({3, 7}), stretched = in_range({3, 1}, 0.5, 2, 2);
  const auto angle = in_range({3, 7}, -2, 2, 3);
  const auto by = in_range({3, 7}, -1, 1, 4);
  return {
      {"neg", [](const Inputs& x) { return -x[0]; }, {angle}},
      {"add", [](const Inputs& x) { return x[0] + x[1]; }, {positive, other}},
      {"add, broadcast", [](const Inputs& x) { return x[0] + x[1]; }, {positive, stretched}},
      {"add, both stretch",
       [](const Inputs& x) { return x[0] + x[1]; },
       {in_range({2, 1, 3}, 0, 1), in_range({5, 1}, 0, 1, 1)}},
      {"sub", [](const Inputs& x) { return x[0] - x[1]; }, {positive, other}},
      {"sub, broadcast", [](const Inputs& x) { return x[1] - x[0]; }, {positive, stretched}},
      {"mul", [](const Inputs& x) { return x[0] * x[1]; }, {positive, other}},
      {"mul, broadcast", [](const Inputs& x) { return x[0] * x[1]; }, {positive, stretched}},
      {"mul, by itself", [](const Inputs& x) { return x[0] * x[0]; }, {angle}},
      {"mul, by a number", [](const Inputs& x) { return 3 * x[0]; }, {angle}},
      {"div", [](const Inputs& x) { return x[0] / x[1]; }, {positive, other}},
      {"div, broadcast", [](const Inputs& x) { return x[0] / x[1]; }, {positive, stretched}},
      {"div, a number", [](const Inputs& x) { return 3 / x[0]; }, {positive}},
      {"pow, a number", [](const Inputs& x) { return pow(x[0], 2.5); }, {positive}},
      {"pow, 3 of negatives", [](const Inputs& x) { return pow(x[0], 3); }, {mixed}},
      {"pow, 2", [](const Inputs& x) { return pow(x[0], 2); }, {mixed}},
      {"pow, 1", [](const Inputs& x) { return pow(x[0], 1); }, {mixed}},
      {"pow, 0", [](const Inputs& x) { return pow(x[0], 0); }, {mixed}},
      {"pow", [](const Inputs& x) { return pow(x[0], x[1]); }, {positive, other}},
      {"pow, broadcast", [](const Inputs& x) { return pow(x[0], x[1]); }, {positive, stretched}},
      {"pow, of a number", [](const Inputs& x) { return pow(2, x[0]); }, {angle}},
      {"gate", [by](const Inputs& x) { return gate(x[0], by); }, {angle}, {by}},
      {"exp", [](const Inputs& x) { return exp(x[0]); }, {angle}},
      {"log", [](const Inputs& x) { return log(x[0]); }, {positive}},
      {"sqrt", [](const Inputs& x) { return sqrt(x[0]); }, {positive}},
      {"relu", [](const Inputs& x) { return relu(x[0]); }, {mixed}},
      {"sigmoid", [](const Inputs& x) { return sigmoid(x[0]); }, {angle}},
      {"tanh", [](const Inputs& x) { return tanh(x[0]); }, {angle}},
      {"abs", [](const Inputs& x) { return abs(x[0]); }, {mixed}},
      {"clamp", [](const Inputs& x) { return clamp(x[0], -0.5, 0.3); }, {mixed}},
      {"clamp_min", [](const Inputs& x) { return clamp_min(x[0], 0.2); }, {mixed}},
  };
}

}  // namespace adafuse
