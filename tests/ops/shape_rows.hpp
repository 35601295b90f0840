// Gradcheck rows: reductions, rearrangements, positions, matrix products. The operations are linear
// here, so each is applied to a square: second derivatives then have something to say.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/reduce.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> shape_rows() {
  const auto x3 = in_range({2, 3, 5}, 0.5, 2), y3 = in_range({2, 4, 5}, 0.5, 2, 1);
  const auto z3 = in_range({2, 3, 5}, 0.5, 2, 2), x1 = in_range({7}, 0.5, 2, 3);
  const auto spread = distinct({3, 5, 4});
  // Squares of distinct numbers: +-0.05, +-0.15, ... would coincide without the shift.
  const auto square = [](const Variable<double>& x) { return (x + 20) * (x + 20); };
  const auto times = [](const Variable<double>& x) { return x * x; };
  const auto repeated =
      Tensor<std::int64_t>({2, 4}, std::vector<std::int64_t>{6, 0, 3, 3, 0, 1, 1, 0});
  const auto rows = Tensor<std::int64_t>::of({2, 0, 2});
  return {
      {"broadcast_to",
       [=](const Inputs& x) {
         return broadcast_to(times(x[0]), {4, 2, 3});
       },
       {in_range({2, 1}, 0.5, 2)}},
      {"sum_to",
       [=](const Inputs& x) {
         return sum_to(times(x[0]), {3, 1});
       },
       {x3}},
      {"sum", [=](const Inputs& x) { return sum(times(x[0])); }, {x3}},
      {"sum, dims",
       [=](const Inputs& x) {
         return sum(times(x[0]), {0, -1});
       },
       {x3}},
      {"sum, keepdim",
       [=](const Inputs& x) { return sum(times(x[0]), 1, {.keepdim = true}); },
       {x3}},
      {"mean", [=](const Inputs& x) { return mean(times(x[0])); }, {x3}},
      {"mean, dims",
       [=](const Inputs& x) {
         return mean(times(x[0]), {1, 2});
       },
       {x3}},
      {"max", [=](const Inputs& x) { return max(square(x[0])); }, {spread}},
      {"max, first dim", [=](const Inputs& x) { return max(square(x[0]), 0); }, {spread}},
      {"max, keepdim",
       [=](const Inputs& x) { return max(square(x[0]), 1, {.keepdim = true}); },
       {spread}},
      {"max, last dim", [=](const Inputs& x) { return max(square(x[0]), -1); }, {spread}},
      {"reshape",
       [=](const Inputs& x) {
         return reshape(times(x[0]), {5, -1});
       },
       {x3}},
      {"flatten", [=](const Inputs& x) { return flatten(times(x[0])); }, {x3}},
      {"permute",
       [=](const Inputs& x) {
         return permute(times(x[0]), {2, 0, 1});
       },
       {x3}},
      {"transpose", [=](const Inputs& x) { return transpose(times(x[0]), 0, -1); }, {x3}},
      {"slice", [=](const Inputs& x) { return slice(times(x[0]), 1, 1, 3); }, {x3}},
      {"slice, step 2", [=](const Inputs& x) { return slice(times(x[0]), -1, 0, 5, 2); }, {x3}},
      {"slice, downwards",
       [=](const Inputs& x) { return slice(times(x[0]), -1, 4, -1, -3); },
       {x3}},
      {"embed",
       [=](const Inputs& x) {
         return embed(times(x[0]), {2, 9, 5}, 1, 2, 3);
       },
       {x3}},
      {"embed, downwards",
       [=](const Inputs& x) {
         return embed(times(x[0]), {2, 6, 5}, 1, 5, -2);
       },
       {x3}},
      {"select", [=](const Inputs& x) { return select(times(x[0]), 1, 2); }, {x3}},
      {"cat",
       [=](const Inputs& x) {
         return cat({times(x[0]), times(x[1])}, 1);
       },
       {x3, y3}},
      {"stack",
       [=](const Inputs& x) {
         return stack({times(x[0]), times(x[1])}, -1);
       },
       {x3, z3}},
      {"take", [=](const Inputs& x) { return take(times(x[0]), repeated); }, {x1}},
      {"put",
       [=](const Inputs& x) {
         return put(times(x[0]), repeated, {3, 3});
       },
       {in_range({2, 4}, 0.5, 2)}},
      {"index_select", [=](const Inputs& x) { return index_select(times(x[0]), 1, rows); }, {x3}},
  };
}

inline std::vector<GradcheckRow> matmul_rows() {
  std::vector<GradcheckRow> rows;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const bool batched_a : {false, true})
        for (const bool batched_b : {false, true}) {
          Shape a = ta ? Shape{5, 3} : Shape{3, 5}, b = tb ? Shape{2, 5} : Shape{5, 2};
          if (batched_a) a = {2, a[0], a[1]};
          if (batched_b) b = {2, b[0], b[1]};
          const MatmulOptions options{.transpose_a = ta, .transpose_b = tb};
          rows.push_back({concat("matmul, ", a, ta ? "^T " : " ", b, tb ? "^T" : ""),
                          [options](const Inputs& x) { return matmul(x[0], x[1], options); },
                          {in_range(a, 0.5, 2), in_range(b, 0.5, 2, 1)}});
        }
  const auto weight = in_range({3, 5}, -1, 1), bias = in_range({3}, -1, 1, 1);
  rows.push_back({"linear",
                  [](const Inputs& x) { return linear(x[0], x[1], x[2]); },
                  {in_range({2, 4, 5}, -1, 1, 2), weight, bias}});
  rows.push_back({"linear, no bias",
                  [](const Inputs& x) { return linear(x[0], x[1]); },
                  {in_range({5}, -1, 1, 2), weight}});
  return rows;
}

}  // namespace adafuse
