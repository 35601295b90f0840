// Gradcheck rows: linear algebra. Matrices are far from singular ones, or exactly singular.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/linalg.hpp>

#include "all_rows.hpp"

namespace adafuse {

std::vector<GradcheckRow> linalg_rows() {
  // Each diagonal is larger than the rest of its row.
  const auto matrices = [](Shape shape, std::uint64_t number) {
    auto x = in_range(shape, -1, 1, number);
    const Index n = shape[-1];
    for (Index i = 0; i < x.size(); ++i)
      if (i / n % n == i % n) x.data()[i] += i % 2 == 0 ? 4 : -4;
    return x;
  };
  const auto a = matrices({2, 3, 3}, 0), one = matrices({3, 3}, 1);
  const auto some = matrices({2, 1, 3, 3}, 2);
  const auto b = in_range({2, 3, 2}, -1, 1, 3), column = in_range({3}, -1, 1, 4);
  const auto columns = in_range({2, 3}, -1, 1, 5), many = in_range({4, 3, 2}, -1, 1, 6);
  // of rank 2 and of rank 1
  const auto singular =
      Tensor<double>::of({{{1, 2, 3}, {4, 5, 6}, {5, 7, 9}}, {{1, 2, 3}, {2, 4, 6}, {-1, -2, -3}}});
  const auto solved = [](const Inputs& x) { return solve(x[0], x[1]); };
  const auto definite = [](const Variable<double>& x) {
    auto unit = Tensor<double>({3, 3});
    for (Index i = 0; i < 3; ++i) unit(i, i) = 1;
    return matmul(x, x, {.transpose_b = true}) + unit;
  };
  return {
      {"inverse", [](const Inputs& x) { return inverse(x[0]); }, {a}},
      {"solve", solved, {a, b}},
      {"solve, a vector", solved, {one, column}},
      {"solve, vectors", solved, {a, columns}},
      {"solve, batches stretch", solved, {some, many}},
      {"det", [](const Inputs& x) { return det(x[0]); }, {a}},
      {"det, singular", [](const Inputs& x) { return det(x[0]); }, {singular}},
      {"slogdet", [](const Inputs& x) { return slogdet(x[0]).logabsdet; }, {a}},
      {"cholesky",
       [definite](const Inputs& x) { return cholesky(definite(x[0])); },
       {in_range({2, 3, 3}, -1, 1, 7)}},
  };
}

}  // namespace adafuse
