// Products of matrices: one thread works out one block of the result.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/matrix_product.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

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
    const MatrixOperand<T> left{a + (g.shared_a ? 0 : which * g.m * g.k), g.transpose_a ? g.m : g.k,
                                g.transpose_a};
    const MatrixOperand<T> right{b + (g.shared_b ? 0 : which * g.k * g.n),
                                 g.transpose_b ? g.k : g.n, g.transpose_b};
    T* result = c + which * g.m * g.n;
    const Index first = cut * longest, count = std::min(side - first, longest);
    if (by_rows)
      matrix_product(count, g.n, g.k, left.from(first, 0), right, result + first * g.n, g.n);
    else
      matrix_product(g.m, count, g.k, left, right.from(0, first), result + first, g.n);
  };
  // Small products share a chunk.
  const Index work = std::max<Index>(g.m * g.n * g.k / std::max<Index>(blocks, 1), 1);
  parallel_for(g.batch * blocks, (Index{1} << 18) / work, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) block(i / blocks, i % blocks);
  });
}

#ifdef ADAFUSE_COMPILED_ONCE  // They are, in cmake/compiled_once.cpp.
extern template void gemm(const GemmShape&, const float*, const float*, float*);
extern template void gemm(const GemmShape&, const double*, const double*, double*);
#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
