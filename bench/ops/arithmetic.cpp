// Functions of one number and of two.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/rounding.hpp>
#include <adafuse/ops/trigonometry.hpp>

#include "rows.hpp"

namespace bench {

OpsRows arithmetic_rows() {
  using namespace adafuse;
  const Shape many{4 << 20}, images{16, 256, 32, 32}, channels{256, 1, 1};
  const auto on = [&](double low, double high) { return std::vector<Input>{x(many, low, high)}; };
  const std::vector<Input> one = on(-4, 4), positive = on(0.1, 10);
  const std::vector<Input> two{x(many), x(many, 0.5, 2)};
  return {
      {"add", two, [](const Values& v) { return v.x[0] + v.x[1]; }},
      {"add, broadcast", {x(images), x(channels)}, [](const Values& v) { return v.x[0] + v.x[1]; }},
      {"sub", two, [](const Values& v) { return v.x[0] - v.x[1]; }},
      {"mul", two, [](const Values& v) { return v.x[0] * v.x[1]; }},
      {"mul, broadcast", {x(images), x(channels)}, [](const Values& v) { return v.x[0] * v.x[1]; }},
      {"mul, by a number", one, [](const Values& v) { return 3 * v.x[0]; }},
      {"div", two, [](const Values& v) { return v.x[0] / v.x[1]; }},
      {"neg", one, [](const Values& v) { return -v.x[0]; }},
      {"pow", {x(many, 0.1, 2), x(many)}, [](const Values& v) { return pow(v.x[0], v.x[1]); }},
      {"pow, 2", one, [](const Values& v) { return pow(v.x[0], 2); }},
      {"pow, 3", positive, [](const Values& v) { return pow(v.x[0], 3); }},
      {"pow, 2.5", positive, [](const Values& v) { return pow(v.x[0], 2.5); }},
      {"pow, of a number", one, [](const Values& v) { return pow(2, v.x[0]); }},
      {"exp", one, [](const Values& v) { return exp(v.x[0]); }},
      {"expm1", one, [](const Values& v) { return expm1(v.x[0]); }},
      {"log", positive, [](const Values& v) { return log(v.x[0]); }},
      {"log1p", positive, [](const Values& v) { return log1p(v.x[0]); }},
      {"log2", positive, [](const Values& v) { return log2(v.x[0]); }},
      {"sqrt", positive, [](const Values& v) { return sqrt(v.x[0]); }},
      {"rsqrt", positive, [](const Values& v) { return rsqrt(v.x[0]); }},
      {"reciprocal", positive, [](const Values& v) { return reciprocal(v.x[0]); }},
      {"square", one, [](const Values& v) { return square(v.x[0]); }},
      {"erf", one, [](const Values& v) { return erf(v.x[0]); }},
      {"relu", one, [](const Values& v) { return relu(v.x[0]); }},
      {"sigmoid", one, [](const Values& v) { return sigmoid(v.x[0]); }},
      {"tanh", one, [](const Values& v) { return tanh(v.x[0]); }},
      {"abs", one, [](const Values& v) { return abs(v.x[0]); }},
      {"sign", one, [](const Values& v) { return sign(v.x[0]); }},
      {"floor", one, [](const Values& v) { return floor(v.x[0]); }},
      {"ceil", one, [](const Values& v) { return ceil(v.x[0]); }},
      {"trunc", one, [](const Values& v) { return trunc(v.x[0]); }},
      {"round", one, [](const Values& v) { return round(v.x[0]); }},
      {"sin", one, [](const Values& v) { return sin(v.x[0]); }},
      {"cos", one, [](const Values& v) { return cos(v.x[0]); }},
      {"atan2", two, [](const Values& v) { return atan2(v.x[0], v.x[1]); }},
      {"clamp", one, [](const Values& v) { return clamp(v.x[0], -2, 2); }},
      {"clamp_min", one, [](const Values& v) { return clamp_min(v.x[0], 0.5f); }},
      {"gate", {x(many), constant(many)}, [](const Values& v) { return gate(v.x[0], v.c[0]); }},
  };
}

}  // namespace bench
