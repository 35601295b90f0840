// Gradcheck rows: elements and rows by number.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/embedding.hpp>
#include <adafuse/ops/gather.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> indexing_rows() {
  const auto x3 = in_range({2, 3, 5}, 0.5, 2), src = in_range({2, 4, 5}, 0.5, 2, 1);
  const auto times = [](const Variable<double>& x) { return x * x; };
  // [2, 4, 5] of rows 0, 1, 2, some often
  auto index = Tensor<std::int64_t>::arange(40).reshape({2, 4, 5});
  for (auto& i : index) i = i * i % 7 % 3;
  const auto few = Tensor<std::int64_t>::of({{{4, 0}, {1, 1}}});
  const auto rows = Tensor<std::int64_t>::of({2, 0, 2, 2});
  return {
      {"gather", [=](const Inputs& x) { return gather(times(x[0]), 1, index); }, {x3}},
      {"gather, a few", [=](const Inputs& x) { return gather(times(x[0]), -1, few); }, {x3}},
      {"scatter_add",
       [=](const Inputs& x) { return scatter_add(times(x[0]), 1, index, times(x[1])); },
       {x3, src}},
      {"scatter_add, a few",
       [=](const Inputs& x) { return scatter_add(times(x[0]), 2, few, times(x[1])); },
       {x3, src}},
      {"index_add",
       [=](const Inputs& x) { return index_add(times(x[0]), 1, rows, times(x[1])); },
       {x3, src}},
      {"index_add, alpha",
       [=](const Inputs& x) {
         return index_add(times(x[0]), 1, rows, times(x[1]), {.alpha = -0.5});
       },
       {x3, src}},
      {"embedding",
       [=](const Inputs& x) { return embedding(few, times(x[0])); },
       {in_range({5, 3}, 0.5, 2)}},
  };
}

/// A gradient that is not the derivative: the row of padding has none.
inline std::vector<GradcheckRow> padding_rows() {
  const auto few = Tensor<std::int64_t>::of({{{4, 0}, {1, 1}}});
  return {
      {"embedding, padding",
       [=](const Inputs& x) { return embedding(few, x[0] * x[0], {.padding_idx = 1}); },
       {in_range({5, 3}, 0.5, 2)}},
      {"embedding, last padding",
       [=](const Inputs& x) { return embedding(few, x[0] * x[0], {.padding_idx = -1}); },
       {in_range({5, 3}, 0.5, 2)}},
  };
}

}  // namespace adafuse
