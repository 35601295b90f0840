// Products of matrices, through Eigen's kernels: one thread works out one block of the result.
//
// Eigen adds up a row times a column in as few floats as a vector or two have: after 1e6 terms such
// a sum has lost two digits. (Where the result is a matrix it cuts k into pieces of at most 320,
// and loses less.) So a long product is made of pieces along k, whose floats are added in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/matrix_product.hpp>
#include <adafuse/kernels/base/range.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <type_traits>
#endif

namespace adafuse::kernels {

/// `batch` products c[m,n] = a[m,k] b[k,n], each operand row by row. A transposed operand is stored
/// as a[k,m] or b[n,k]. A shared operand is one matrix for the whole batch.
struct GemmShape {
  Index m, k, n;
  Index batch = 1;
  bool transpose_a = false, transpose_b = false;
  bool shared_a = false, shared_b = false;
};

inline namespace ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void gemm(const GemmShape& g, const T* a, const T* b, T* c) {
  compiled::kernels_of<T>().gemm(g, a, b, c);
}
#else

namespace detail {

/// c = a b on the thread that calls, `stride` elements from row to row of c.
template <class T>
void multiply(Index m, Index n, Index k, MatrixOperand<T> a, MatrixOperand<T> b, T* c,
              Index stride) {
  const bool is_vector = m == 1 || n == 1;
  const Index piece = is_vector ? 2048 : 65536;  // terms that floats may add up
  const Index pieces = (k + piece - 1) / piece;
  if (pieces <= 1 || !std::is_same_v<T, float>) return matrix_product(m, n, k, a, b, c, stride);
  thread_local Scratch<T> product_memory;
  thread_local Scratch<double> sum_memory;
  T* product = product_memory(m * n);
  double* sum = sum_memory(m * n);
  std::fill_n(sum, m * n, 0.0);
  for (Index i = 0; i < pieces; ++i) {
    const Range some = part(k, pieces, i);
    matrix_product(m, n, some.size(), a.from(0, some.begin), b.from(some.begin, 0), product, n);
    for (Index j = 0; j < m * n; ++j) sum[j] += static_cast<double>(product[j]);
  }
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) c[i * stride + j] = static_cast<T>(sum[i * n + j]);
}

}  // namespace detail

template <class T>
void gemm(const GemmShape& g, const T* a, const T* b, T* c) {
  if (g.m == 0 || g.n == 0) return;
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
      detail::multiply(count, g.n, g.k, left.from(first, 0), right, result + first * g.n, g.n);
    else
      detail::multiply(g.m, count, g.k, left, right.from(0, first), result + first, g.n);
  };
  // Small products share a chunk.
  const Index products = std::max<Index>(g.m * g.n * g.k / std::max<Index>(blocks, 1), 1);
  parallel_for(g.batch * blocks, (Index{1} << 18) / products, Work::multiply_adds(2 * products),
               [&](Index begin, Index end) {
                 for (Index i = begin; i < end; ++i) block(i / blocks, i % blocks);
               });
}

#endif

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
