// Linear algebra of square matrices: inverse, solve, det, slogdet and cholesky, with gradients.
//
// Matrices are the last two dimensions; there may be any before them, and each matrix is worked out
// for itself. No other header brings this one: Eigen's decompositions, by which it computes, take
// long to compile. They are templates of scalar types, so a program of files for several machines
// links them as it links what it computes with Eigen itself (README.md). Those of adafuse::compiled
// have names of their own.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/factors.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// det x = sign e^logabsdet.
template <class T>
struct SlogdetOutput {
  Tensor<T> sign;         ///< 1, -1, or 0 for a singular matrix
  Variable<T> logabsdet;  ///< ln |det x|
};

namespace detail {

/// x^T in the last two dimensions.
template <class T>
Variable<T> transposed(const Variable<T>& x) {
  return transpose(x, -2, -1);
}

/// solve for a and b of equal leading dimensions.
template <class T>
Variable<T> solve_matrices(const Variable<T>& a, const Variable<T>& b) {
  // A X = B  =>  dA X + A dX = dB. <dy, dX> = <dy, A^-1 (dB - dA X)>, so dB = A^-T dy and
  // dA = -dB X^T
  return record("solve", solve_each("solve", a.value(), b.value()), {a, b},
                [a, needs_a = a.requires_grad(), needs_b = b.requires_grad()](
                    const Variable<T>& dy, const Variable<T>& x) -> Gradients<T> {
                  const auto db = solve_matrices(transposed(a), dy);
                  return {needs_a ? -matmul(db, x, {.transpose_b = true}) : Variable<T>(),
                          needs_b ? db : Variable<T>()};
                });
}

}  // namespace detail

/// y = x^-1 for each square matrix of x [..., n, n]. Throws ValueError for a singular one.
template <Operand X>
Variable<scalar_of<X>> inverse(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const auto d = detail::square_dims("inverse", x.shape());
  Tensor<T> unit(x.shape());
  for (Index i = 0; i < d.count * d.rows; ++i) unit.data()[i * d.rows + i % d.rows] = 1;
  // X Y = 1  =>  dX Y + X dY = 0, dY = -Y dX Y, so dx = -Y^T dy Y^T
  return record("inverse", detail::solve_each("inverse", x.value(), unit), {x},
                [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  return {-matmul(matmul(y, dy, {.transpose_a = true}), y, {.transpose_b = true})};
                });
}

/// The x of a x = b, for square a [..., n, n] and b [..., n, k]: [..., n, k]. Sizes of 1 stretch in
/// the leading dimensions. A b of rank 1, or of a's shape without its last dimension, holds vectors
/// [..., n], and so does the result, as in PyTorch. Throws ShapeError; ValueError for a singular a.
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> solve(const A& left, const B& right) {
  using T = scalar_of<A, B>;
  const Variable<T> a = left, given = right;
  const auto da = detail::square_dims("solve", a.shape());
  const bool vectors =
      given.rank() == 1 || given.shape() == detail::with_sizes(da.leading, {da.rows});
  const Variable<T> b = vectors ? reshape(given, detail::with_sizes(given.shape(), {1})) : given;
  const auto db = detail::matrix_dims("solve", b.shape());
  require<ShapeError>(db.rows == da.rows, "solve: a ", a.shape(), " expects ", da.rows,
                      " rows of b, which is ", given.shape());
  const Shape batch = broadcast_shapes(da.leading, db.leading, "solve: batches");
  const auto x =
      detail::solve_matrices(broadcast_to(a, detail::with_sizes(batch, {da.rows, da.rows})),
                             broadcast_to(b, detail::with_sizes(batch, {db.rows, db.columns})));
  return vectors ? reshape(x, detail::with_sizes(batch, {da.rows})) : x;
}

template <Operand X>
Variable<scalar_of<X>> det(const X& input);

namespace detail {

/// The matrix of cofactors of each matrix of x [..., n, n]: C_ij = (-1)^(i+j) det of x without row
/// i and column j. It is det(x) x^-T where that exists.
template <class T>
Variable<T> cofactors(const Variable<T>& x) {
  const auto d = square_dims("det", x.shape());
  const Index n = d.rows, m = n - 1;
  // [B, n, n] -> the rows of each minor [B, n, m, n] -> [B, n, m, n, m] -> [B, n, n, m, m]
  auto others = Tensor<std::int64_t>::uninitialized({n * m});
  for (Index i = 0, k = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (j != i) others.data()[k++] = j;
  auto signs = Tensor<T>::uninitialized({n, n});
  for (Index i = 0; i < n * n; ++i) signs.data()[i] = (i / n + i % n) % 2 == 0 ? T{1} : T{-1};
  const auto rows = index_select(reshape(x, {d.count, n, n}), 1, others);
  const auto both = reshape(index_select(rows, 2, others), {d.count, n, m, n, m});
  return reshape(det(permute(both, {0, 1, 3, 2, 4})) * signs, x.shape());
}

}  // namespace detail

/// The determinant of each square matrix of x [..., n, n]: [...]; 1 for a matrix of nothing.
template <Operand X>
Variable<scalar_of<X>> det(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  auto y = detail::determinants(x.value("det"));
  // By the expansion along a row, d det / dx_ij is the cofactor C_ij. C = det(x) x^-T; of a
  // singular matrix, which has no inverse, the minors themselves, in n^4 numbers.
  return record("det", std::move(y.values), {x},
                [x, singular = y.one_is_singular](const Variable<T>& dy,
                                                  const Variable<T>& det_x) -> Gradients<T> {
                  const Shape one = detail::with_sizes(dy.shape(), {1, 1});
                  if (singular) return {reshape(dy, one) * detail::cofactors(x)};
                  return {reshape(dy * det_x, one) * detail::transposed(inverse(x))};
                });
}

/// The sign of each determinant of x [..., n, n] and the logarithm of its absolute value: for
/// determinants that no T holds. A singular matrix has sign 0 and logarithm -inf, whose gradient is
/// an error.
template <Operand X>
SlogdetOutput<scalar_of<X>> slogdet(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  auto y = detail::log_determinants(x.value("slogdet"));
  // d ln |det x| = d det x / det x, so dx = dy x^-T
  return {std::move(y.sign), record("slogdet", std::move(y.logabsdet), {x},
                                    [x](const Variable<T>& dy) -> Gradients<T> {
                                      return {reshape(dy, detail::with_sizes(dy.shape(), {1, 1})) *
                                              detail::transposed(inverse(x))};
                                    })};
}

/// The lower triangle L of x = L L^T for each symmetric positive definite matrix of x [..., n, n].
/// Only the lower triangle of x is read; the gradient is symmetric, as in PyTorch. Throws
/// ValueError for a matrix that is not positive definite.
template <Operand X>
Variable<scalar_of<X>> cholesky(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dX = dL L^T + L dL^T, so L^-1 dX L^-T = M + M^T for M = L^-1 dL, which is lower triangular: M
  // is P(L^-1 dX L^-T), where P halves the diagonal and cuts off what is above. <dy, L M> = <L^T
  // dy, M> = <P(L^T dy), L^-1 dX L^-T>, so dx = L^-T P(L^T dy) L^-1, and its symmetric part.
  return record("cholesky", detail::lower_triangles(x.value("cholesky")), {x},
                [](const Variable<T>& dy, const Variable<T>& l) -> Gradients<T> {
                  const auto product = matmul(l, dy, {.transpose_a = true});
                  const auto p = (tril(product) + tril(product, -1)) * T{0.5};
                  const auto upper = detail::transposed(l);
                  const auto half = detail::solve_matrices(upper, p);  // L^-T P
                  const auto dx =
                      detail::solve_matrices(upper, detail::transposed(half));  // its transpose
                  return {(dx + detail::transposed(dx)) * T{0.5}};
                });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
