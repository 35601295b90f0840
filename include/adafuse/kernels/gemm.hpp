// Products of matrices, through Eigen: one thread works out one block of the result.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>
#include <adafuse/core/parallel.hpp>

namespace adafuse::kernels {

/// `batch` products c[m,n] = a[m,k] b[k,n], each operand row by row. A transposed operand is stored
/// as a[k,m] or b[n,k]. A shared operand is one matrix for the whole batch.
struct GemmShape {
  Index m, k, n;
  Index batch = 1;
  bool transpose_a = false, transpose_b = false;
  bool shared_a = false, shared_b = false;
};

template <class T>
void gemm(const GemmShape& g, const T* a, const T* b, T* c) {
  // The longer side of the result is cut: 96 rows are enough to pay for packing the other operand.
  constexpr Index longest = 96;
  const bool by_rows = g.m >= g.n;
  const Index side = by_rows ? g.m : g.n;
  const Index blocks = (side + longest - 1) / longest;

  const auto block = [&](Index which, Index cut) {
    const ConstMatrixMap<T> left(a + (g.shared_a ? 0 : which * g.m * g.k),
                                 g.transpose_a ? g.k : g.m, g.transpose_a ? g.m : g.k);
    const ConstMatrixMap<T> right(b + (g.shared_b ? 0 : which * g.k * g.n),
                                  g.transpose_b ? g.n : g.k, g.transpose_b ? g.k : g.n);
    MatrixMap<T> result(c + which * g.m * g.n, g.m, g.n);
    const Index first = cut * longest, count = std::min(side - first, longest);
    const auto product = [&](const auto& rows, const auto& columns) {
      if (by_rows)
        result.middleRows(first, count).noalias() = rows.middleRows(first, count) * columns;
      else
        result.middleCols(first, count).noalias() = rows * columns.middleCols(first, count);
    };
    if (g.transpose_a && g.transpose_b)
      product(left.transpose(), right.transpose());
    else if (g.transpose_a)
      product(left.transpose(), right);
    else if (g.transpose_b)
      product(left, right.transpose());
    else
      product(left, right);
  };
  // Small products share a chunk.
  const Index products = std::max<Index>(g.m * g.n * g.k / std::max<Index>(blocks, 1), 1);
  parallel_for(g.batch * blocks, (Index{1} << 18) / products, Work::multiply_adds(2 * products),
               [&](Index begin, Index end) {
                 for (Index i = begin; i < end; ++i) block(i / blocks, i % blocks);
               });
}

#ifdef ADAFUSE_COMPILED_ONCE  // They are, in cmake/compiled_once.cpp.
extern template void gemm(const GemmShape&, const float*, const float*, float*);
extern template void gemm(const GemmShape&, const double*, const double*, double*);
#endif

}  // namespace adafuse::kernels
