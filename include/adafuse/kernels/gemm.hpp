// Products of matrices, through Eigen: one thread works out one block of the result.
//
// Eigen adds up a row times a column in as few floats as a vector or two have: after 1e6 terms such
// a sum has lost two digits. (Where the result is a matrix it cuts k into pieces of at most 320,
// and loses less.) So a long product is made of pieces along k, whose floats are added in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/range.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <type_traits>

namespace adafuse::kernels {

/// `batch` products c[m,n] = a[m,k] b[k,n], each operand row by row. A transposed operand is stored
/// as a[k,m] or b[n,k]. A shared operand is one matrix for the whole batch.
struct GemmShape {
  Index m, k, n;
  Index batch = 1;
  bool transpose_a = false, transpose_b = false;
  bool shared_a = false, shared_b = false;
};

namespace detail {

/// result = rows * columns.
template <class T, class Rows, class Columns, class Result>
void multiply(const Rows& rows, const Columns& columns, Result result) {
  const bool is_vector = result.rows() == 1 || result.cols() == 1;
  const Index piece = is_vector ? 2048 : 65536;  // terms that floats may add up
  const Index k = rows.cols(), pieces = (k + piece - 1) / piece;
  if (pieces <= 1 || !std::is_same_v<T, float>) {
    result.noalias() = rows * columns;
    return;
  }
  thread_local Scratch<T> product_memory;
  thread_local Scratch<double> sum_memory;
  const Index m = result.rows(), n = result.cols();
  MatrixMap<T> product(product_memory(m * n), m, n);
  MatrixMap<double> sum(sum_memory(m * n), m, n);
  sum.setZero();
  for (Index i = 0; i < pieces; ++i) {
    const Range some = part(k, pieces, i);
    product.noalias() =
        rows.middleCols(some.begin, some.size()) * columns.middleRows(some.begin, some.size());
    sum += product.template cast<double>();
  }
  result = sum.template cast<T>();
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
    const ConstMatrixMap<T> left(a + (g.shared_a ? 0 : which * g.m * g.k),
                                 g.transpose_a ? g.k : g.m, g.transpose_a ? g.m : g.k);
    const ConstMatrixMap<T> right(b + (g.shared_b ? 0 : which * g.k * g.n),
                                  g.transpose_b ? g.n : g.k, g.transpose_b ? g.k : g.n);
    MatrixMap<T> result(c + which * g.m * g.n, g.m, g.n);
    const Index first = cut * longest, count = std::min(side - first, longest);
    const auto product = [&](const auto& rows, const auto& columns) {
      if (by_rows)
        detail::multiply<T>(rows.middleRows(first, count), columns,
                            result.middleRows(first, count));
      else
        detail::multiply<T>(rows, columns.middleCols(first, count),
                            result.middleCols(first, count));
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
