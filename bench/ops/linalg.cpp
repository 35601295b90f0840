// SPDX-License-Identifier: MIT
#include <adafuse/ops/decompositions.hpp>
#include <adafuse/ops/linalg.hpp>

#include "rows.hpp"

namespace bench {

OpsRows linalg_rows() {
  using namespace adafuse;
  const std::vector<Input> one{x({64, 32, 32})}, two{x({64, 32, 32}), x({64, 32, 8})};
  const std::vector<Input> constants{constant({16, 32, 32})}, wide{x({64, 32, 64})};
  return {
      {"inverse", one, [](const Values& v) { return inverse(v.x[0]); }},
      {"solve", two, [](const Values& v) { return solve(v.x[0], v.x[1]); }},
      {"det", one, [](const Values& v) { return det(v.x[0]); }},
      {"slogdet", one, [](const Values& v) { return slogdet(v.x[0]).logabsdet; }},
      {"cholesky", wide,  // of x x^T
       [](const Values& v) { return cholesky(matmul(v.x[0], v.x[0], {.transpose_b = true})); }},
      {"qr", constants, [](const Values& v) { return qr(v.c[0]); }},
      {"svd", constants, [](const Values& v) { return svd(v.c[0]); }},
      {"eigh", constants, [](const Values& v) { return eigh(v.c[0]); }},
  };
}

}  // namespace bench
