// c = a b or c += a b, on the thread that calls: Eigen's packing and micro-kernels in Goto's loops
// (Goto, van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
//
// Eigen's own loops are templates of scalar types alone: one name in all files of a program,
// whatever machine they are compiled for. Here what they call is a template of `PackedFrom`, which
// is of this file's machine (core/machine.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <algorithm>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// A matrix of somebody's memory, `stride` elements from row to row; transposed, it is stored with
/// rows and columns exchanged.
template <class T>
struct MatrixOperand {
  const T* data;
  Index stride;
  bool transposed = false;

  /// Without the rows and columns before these.
  MatrixOperand from(Index row, Index column) const {
    if (transposed) std::swap(row, column);
    return {data + row * stride + column, stride, transposed};
  }
  T operator()(Index row, Index column) const { return *from(row, column).data; }
};

namespace detail {

/// How Eigen reads and writes memory, under a name of this file's machine.
template <class T, int order>
struct PackedFrom : Eigen::internal::blas_data_mapper<T, Index, order> {
  using Eigen::internal::blas_data_mapper<T, Index, order>::blas_data_mapper;
};

/// Cuts `count` into equal pieces of at most `most`, each but the last a multiple of `unit`.
inline Index even_piece(Index count, Index most, Index unit) {
  most = std::max(most / unit * unit, unit);
  if (count <= most) return count;
  const Index pieces = (count + most - 1) / most, piece = (count + pieces - 1) / pieces;
  return (piece + unit - 1) / unit * unit;
}

/// c[r + col * stride] += (left right)(r, col): all three by columns, as Eigen's kernels have them.
/// `left_order` and `right_order` say how the operands lie.
template <int left_order, int right_order, class T>
void add_product(Index rows, Index columns, Index depth, MatrixOperand<T> left,
                 MatrixOperand<T> right, T* c, Index stride) {
  using namespace Eigen::internal;
  using Traits = gebp_traits<T, T>;
  using Left = PackedFrom<const T, left_order>;
  using Right = PackedFrom<const T, right_order>;
  using Result = PackedFrom<T, Eigen::ColMajor>;
  gemm_pack_lhs<T, Index, Left, Traits::mr, Traits::LhsProgress, typename Traits::LhsPacket4Packing,
                left_order>
      pack_left;
  gemm_pack_rhs<T, Index, Right, Traits::nr, right_order> pack_right;
  gebp_kernel<T, T, Index, Result, Traits::mr, Traits::nr, false, false> multiply;

  // A strip of each operand and their tile of c share 32 KiB of the nearest cache; the packed left
  // block has half a megabyte of the second one, the right block as much.
  constexpr Index size = sizeof(T), block = (Index{1} << 19) / size;
  constexpr Index longest =
      ((1 << 15) - Traits::mr * Traits::nr * size) / ((Traits::mr + Traits::nr) * size);
  const Index k = even_piece(depth, longest, 8);
  const Index m = even_piece(rows, block / k, Traits::mr);
  const Index n = even_piece(columns, block / k, Traits::nr);
  thread_local Scratch<T> left_memory, right_memory;
  T *packed_left = left_memory(m * k), *packed_right = right_memory(k * n);
  for (Index j = 0; j < columns; j += n)
    for (Index p = 0; p < depth; p += k) {
      const Index some_columns = std::min(n, columns - j), some_depth = std::min(k, depth - p);
      pack_right(packed_right, Right(right.from(p, j).data, right.stride), some_depth,
                 some_columns);
      for (Index i = 0; i < rows; i += m) {
        const Index some_rows = std::min(m, rows - i);
        pack_left(packed_left, Left(left.from(i, p).data, left.stride), some_depth, some_rows);
        multiply(Result(c + i + j * stride, stride), packed_left, packed_right, some_rows,
                 some_depth, some_columns, T{1});
      }
    }
}

/// y[r * step] += (matrix x)(r), x one element after the other. By columns, `step` must be 1.
template <int order, class T>
void add_product_with_vector(Index rows, Index columns, MatrixOperand<T> matrix, const T* x, T* y,
                             Index step) {
  using Matrix = PackedFrom<const T, order>;
  using Vector = PackedFrom<const T, Eigen::ColMajor>;
  Eigen::internal::general_matrix_vector_product<Index, T, Matrix, order, false, T, Vector,
                                                 false>::run(rows, columns,
                                                             Matrix(matrix.data, matrix.stride),
                                                             Vector(x, 1), y, step, T{1});
}

}  // namespace detail

/// c[m,n] += a[m,k] b[k,n], with `stride` elements from row to row of c.
template <class T>
void add_matrix_product(Index m, Index n, Index k, MatrixOperand<T> a, MatrixOperand<T> b, T* c,
                        Index stride) {
  constexpr int by_columns = Eigen::ColMajor, by_rows = Eigen::RowMajor;
  if (m == 0 || n == 0 || k == 0) return;
  if (m + n + k < 20) {  // Less work than to pack it.
    for (Index i = 0; i < m; ++i)
      for (Index p = 0; p < k; ++p)
        for (Index j = 0; j < n; ++j) c[i * stride + j] += a(i, p) * b(p, j);
    return;
  }
  // A row times b, where it lies in one piece: c^T = b^T a^T. And a times a column.
  if (m == 1 && (!a.transposed || a.stride == 1)) {
    if (b.transposed) return detail::add_product_with_vector<by_rows>(n, k, b, a.data, c, 1);
    return detail::add_product_with_vector<by_columns>(n, k, b, a.data, c, 1);
  }
  if (n == 1 && (b.transposed || b.stride == 1) && (!a.transposed || stride == 1)) {
    if (a.transposed) return detail::add_product_with_vector<by_columns>(m, k, a, b.data, c, 1);
    return detail::add_product_with_vector<by_rows>(m, k, a, b.data, c, stride);
  }
  // c^T = b^T a^T: what lies by rows becomes what lies by columns.
  b.transposed = !b.transposed, a.transposed = !a.transposed;
  if (b.transposed && a.transposed)
    detail::add_product<by_columns, by_columns>(n, m, k, b, a, c, stride);
  else if (b.transposed)
    detail::add_product<by_columns, by_rows>(n, m, k, b, a, c, stride);
  else if (a.transposed)
    detail::add_product<by_rows, by_columns>(n, m, k, b, a, c, stride);
  else
    detail::add_product<by_rows, by_rows>(n, m, k, b, a, c, stride);
}

/// c[m,n] = a[m,k] b[k,n], with `stride` elements from row to row of c.
template <class T>
void matrix_product(Index m, Index n, Index k, MatrixOperand<T> a, MatrixOperand<T> b, T* c,
                    Index stride) {
  if (stride == n)
    std::fill_n(c, m * n, T{0});
  else
    for (Index i = 0; i < m; ++i) std::fill_n(c + i * stride, n, T{0});
  add_matrix_product(m, n, k, a, b, c, stride);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
