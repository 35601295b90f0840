// Gradcheck rows: products over any leading dimensions, and attention.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/attention.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> leading_matmul_rows() {
  struct Operands {
    Shape a, b;
    bool ta = false, tb = false;
  };
  std::vector<GradcheckRow> rows;
  for (const auto& [a, b, ta, tb] : std::vector<Operands>{
           {{5}, {5}},
           {{5}, {5, 2}},
           {{3, 5}, {5}},
           {{5}, {2, 5, 2}},
           {{2, 3, 5}, {5}},
           {{5}, {2, 5}, false, true},
           {{1, 3, 5}, {2, 5, 2}},
           {{2, 3, 5}, {1, 5, 2}},
           {{2, 2, 3, 5}, {5, 2}},
           {{2, 2, 5, 3}, {5, 2}, true},
           {{3, 5}, {2, 2, 2, 5}, false, true},
           {{2, 1, 3, 5}, {3, 5, 2}},
           {{2, 1, 5, 3}, {1, 3, 2, 5}, true, true},
           {{2, 2, 3, 5}, {2, 2, 5, 2}},
       }) {
    const MatmulOptions options{.transpose_a = ta, .transpose_b = tb};
    rows.push_back({concat("matmul, ", a, ta ? "^T " : " ", b, tb ? "^T" : ""),
                    [options](const Inputs& x) { return matmul(x[0], x[1], options); },
                    {in_range(a, 0.5, 2), in_range(b, 0.5, 2, 1)}});
  }
  rows.push_back({"outer",
                  [](const Inputs& x) { return outer(x[0], x[1]); },
                  {in_range({3}, 0.5, 2), in_range({4}, 0.5, 2, 1)}});
  return rows;
}

inline std::vector<GradcheckRow> attention_rows() {
  const auto q = in_range({2, 3, 4}, -1, 1), k = in_range({2, 5, 4}, -1, 1, 1),
             v = in_range({2, 5, 3}, -1, 1, 2);
  const auto heads = in_range({2, 2, 3, 4}, -1, 1, 3);
  const auto sees = Tensor<std::uint8_t>::of({{1, 0, 1, 1, 0}, {0, 1, 0, 0, 0}, {1, 1, 1, 1, 1}});
  const auto attend = [](const AttentionOptions<double>& options) {
    return [=](const Inputs& x) { return scaled_dot_product_attention(x[0], x[1], x[2], options); };
  };
  return {
      {"scaled_dot_product_attention", attend({}), {q, k, v}},
      {"scaled_dot_product_attention, masked",
       attend({.mask = sees}),
       {q, k, v},
       {sees.cast<double>()}},
      {"scaled_dot_product_attention, causal, scale 0.3",
       attend({.causal = true, .scale = 0.3}),
       {heads, heads.clone(), in_range({2, 2, 3, 4}, -1, 1, 4)}},
      {"scaled_dot_product_attention, bias",
       [](const Inputs& x) {
         return scaled_dot_product_attention(x[0], x[1], x[2], {.bias = x[3]});
       },
       {q, k, v, in_range({3, 5}, -1, 1, 3)}},
      {"scaled_dot_product_attention, dropout",
       attend({.dropout = 0.4, .key = Key(7)}),
       {q, k, v},
       {Tensor<double>::uniform({2, 3, 5}, Key(7))}},
  };
}

}  // namespace adafuse
