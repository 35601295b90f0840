// SPDX-License-Identifier: MIT
#include <adafuse/ops/activation.hpp>

#include "rows.hpp"

namespace bench {

OpsRows activation_rows() {
  using namespace adafuse;
  const std::vector<Input> one{x({4 << 20}, -4, 4)};
  const std::vector<Input> images{x({16, 256, 32, 32}), x({256}, 0, 0.5)};
  const GeluOptions by_tanh{.approximate = Approximate::tanh};
  return {
      {"leaky_relu", one, [](const Values& v) { return leaky_relu(v.x[0]); }},
      {"prelu", images, [](const Values& v) { return prelu(v.x[0], v.x[1]); }},
      {"elu", one, [](const Values& v) { return elu(v.x[0]); }},
      {"selu", one, [](const Values& v) { return selu(v.x[0]); }},
      {"relu6", one, [](const Values& v) { return relu6(v.x[0]); }},
      {"hardswish", one, [](const Values& v) { return hardswish(v.x[0]); }},
      {"silu", one, [](const Values& v) { return silu(v.x[0]); }},
      {"softplus", one, [](const Values& v) { return softplus(v.x[0]); }},
      {"log_sigmoid", one, [](const Values& v) { return log_sigmoid(v.x[0]); }},
      {"mish", one, [](const Values& v) { return mish(v.x[0]); }},
      {"gelu", one, [](const Values& v) { return gelu(v.x[0]); }},
      {"gelu, tanh", one, [=](const Values& v) { return gelu(v.x[0], by_tanh); }},
  };
}

}  // namespace bench
