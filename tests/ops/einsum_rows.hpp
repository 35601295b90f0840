// Gradcheck rows: einsum, whose equations golden/rows.py reads from the names of the rows.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/einsum.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> einsum_rows() {
  struct Case {
    const char* equation;
    std::vector<Shape> shapes;
  };
  std::vector<GradcheckRow> rows;
  for (const auto& [equation, shapes] : std::vector<Case>{
           {"ij,jk->ik", {{2, 3}, {3, 4}}},
           {"bij,bkj->bki", {{2, 3, 4}, {2, 2, 4}}},
           {"ab,b,cb->ca", {{2, 3}, {3}, {4, 3}}},
           {"bhld,bhsd->bhls", {{2, 2, 3, 2}, {2, 2, 2, 2}}},
           {"ii->i", {{3, 3}}},
           {"iji", {{2, 3, 2}}},
           {"ijij,j->i", {{2, 3, 2, 3}, {3}}},
           {"ba", {{2, 3}}},
           {"i,j", {{2}, {3}}},
           {"ij,ij->", {{2, 3}, {2, 3}}},
           {"...ij,...jk", {{2, 1, 2, 3}, {3, 3, 2}}},
           {"i...,...->i...", {{2, 3, 2}, {1, 2}}},
           {"...i->i", {{2, 3, 2}}},
           {"ij,ij->ij", {{1, 3}, {2, 1}}},
           {"kij,k->ji", {{1, 2, 3}, {4}}},
       }) {
    std::vector<Tensor<double>> inputs;
    for (const auto& shape : shapes) inputs.push_back(in_range(shape, -1, 1, inputs.size()));
    const std::string text = equation;
    rows.push_back({"einsum, " + text,
                    [text](const Inputs& x) {
                      const auto y = einsum(text, x);
                      return x.size() == 1 ? y * y : y;  // else it has no second derivative
                    },
                    inputs});
  }
  return rows;
}

}  // namespace adafuse
