// SPDX-License-Identifier: MIT
#include <adafuse/ops/attention.hpp>
#include <adafuse/ops/einsum.hpp>
#include <adafuse/ops/matmul.hpp>

#include "rows.hpp"

namespace bench {

OpsRows product_rows() {
  using namespace adafuse;
  const Shape heads{8, 8, 128, 64};
  const std::vector<Input> qkv{x(heads), x(heads), x(heads)};
  return {
      {"matmul",
       {x({512, 512}), x({512, 512})},
       [](const Values& v) { return matmul(v.x[0], v.x[1]); }},
      {"matmul, batched",
       {x({64, 128, 128}), x({64, 128, 128})},
       [](const Values& v) { return matmul(v.x[0], v.x[1]); }},
      {"matmul, by a column",
       {x({2048, 2048}), x({2048})},
       [](const Values& v) { return matmul(v.x[0], v.x[1]); }},
      {"outer", {x({2048}), x({2048})}, [](const Values& v) { return outer(v.x[0], v.x[1]); }},
      {"einsum",
       {x({8, 128, 8, 64}), x({8, 128, 8, 64})},
       [](const Values& v) { return einsum("blhd,bshd->bhls", v.x[0], v.x[1]); }},
      {"linear",
       {x({256, 1024}), x({1024, 1024}), x({1024})},
       [](const Values& v) { return linear(v.x[0], v.x[1], v.x[2]); }},
      {"scaled_dot_product_attention", qkv,
       [](const Values& v) { return scaled_dot_product_attention(v.x[0], v.x[1], v.x[2]); }},
      {"scaled_dot_product_attention, causal", qkv,
       [](const Values& v) {
         return scaled_dot_product_attention(v.x[0], v.x[1], v.x[2], {.causal = true});
       }},
  };
}

}  // namespace bench
