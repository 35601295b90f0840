// What linear algebra computes by Eigen's factors, L U and L L^T: solutions, determinants,
// triangles.
//
// No other header brings this one but linalg.hpp. With adafuse::compiled these functions are in the
// library, and Eigen is not read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/matrices.hpp>
#ifndef ADAFUSE_DECLARED_ONLY
#include <adafuse/core/eigen_decompositions.hpp>
#include <limits>
#endif

namespace adafuse::inline ADAFUSE_SIMD {
namespace detail {

/// A^-1 B for each pair of matrices, [count, n, n] and [count, n, k] in order. ValueError, named
/// after `op`, for a singular A.
template <class T>
Tensor<T> solve_each(const char* op, const Tensor<T>& a, const Tensor<T>& b);

/// The signs of determinants of x [..., n, n], and the logarithms of their absolute values: [...].
template <class T>
struct LogDeterminants {
  Tensor<T> sign, logabsdet;
};

template <class T>
LogDeterminants<T> log_determinants(const Tensor<T>& x);

/// The determinants of x [..., n, n], [...], and whether one is of a nearly singular matrix.
template <class T>
struct Determinants {
  Tensor<T> values;
  bool one_is_singular = false;
};

template <class T>
Determinants<T> determinants(const Tensor<T>& x);

/// The L of x = L L^T for each matrix of x [..., n, n]. ValueError for one that is not positive
/// definite.
template <class T>
Tensor<T> lower_triangles(const Tensor<T>& x);

#ifndef ADAFUSE_DECLARED_ONLY

/// P A = L U with the largest pivots of each column.
template <class T>
struct Lu {
  Eigen::PartialPivLU<ColumnMajor<T>> factors;
  explicit Lu(const ColumnMajor<T>& a) : factors(a) {}

  /// Whether a pivot is 0.
  bool singular() const { return (factors.matrixLU().diagonal().array() == T{0}).any(); }
  /// Whether a pivot is no more than rounding could make of 0.
  bool nearly_singular() const {
    const auto n = static_cast<T>(factors.rows());
    const ColumnMajor<T> pivots = factors.matrixLU().diagonal().cwiseAbs();
    return pivots.minCoeff() <= n * std::numeric_limits<T>::epsilon() * pivots.maxCoeff();
  }
};

template <class T>
Tensor<T> solve_each(const char* op, const Tensor<T>& a, const Tensor<T>& b) {
  const auto da = square_dims(op, a.shape()), db = matrix_dims(op, b.shape());
  auto y = Tensor<T>::uninitialized(b.shape());
  if (y.size() == 0) return y;
  std::vector<char> singular(static_cast<std::size_t>(da.count), 0);
  T* const to = y.data();
  const Index n = da.rows, k = db.columns;
  for_each_matrix<EigenOnThisThread>(da.count, n * n * (n / 3 + k), [&](Index i) {
    const Lu<T> lu(matrix_at(a, i, n, n));
    if (lu.singular())
      singular[static_cast<std::size_t>(i)] = 1;
    else
      put_matrix(to, i, ColumnMajor<T>(lu.factors.solve(matrix_at(b, i, n, k))));
  });
  const Index failed = first_of(singular);
  require<ValueError>(failed < 0, op, ": matrix ", failed, " of ", a.shape(), " is singular");
  return y;
}

template <class T>
LogDeterminants<T> log_determinants(const Tensor<T>& x) {
  const auto d = square_dims("slogdet", x.shape());
  LogDeterminants<T> result{Tensor<T>::uninitialized(d.leading),
                            Tensor<T>::uninitialized(d.leading)};
  T *const signs = result.sign.data(), *const logs = result.logabsdet.data();
  for_each_matrix<EigenOnThisThread>(d.count, d.rows * d.rows * d.rows / 3, [&](Index i) {
    if (d.rows == 0) {  // the product of nothing
      signs[i] = 1;
      logs[i] = 0;
      return;
    }
    const Lu<T> lu(matrix_at(x, i, d.rows, d.rows));
    // of the permutation, then of each pivot
    double sign = static_cast<double>(lu.factors.permutationP().determinant()), sum = 0;
    for (Index j = 0; j < d.rows; ++j) {
      const auto pivot = static_cast<double>(lu.factors.matrixLU()(j, j));
      // A NaN keeps the sign, and is in the sum.
      sign = equals(pivot, 0) ? 0 : pivot < 0 ? -sign : sign;
      sum += std::log(std::abs(pivot));
    }
    if (lu.singular()) {
      sign = 0;
      sum = -std::numeric_limits<double>::infinity();
    }
    signs[i] = static_cast<T>(sign);
    logs[i] = static_cast<T>(sum);
  });
  return result;
}

template <class T>
Determinants<T> determinants(const Tensor<T>& x) {
  const auto d = square_dims("det", x.shape());
  auto y = Tensor<T>::uninitialized(d.leading);
  T* const to = y.data();
  std::vector<char> singular(static_cast<std::size_t>(d.count), 0);
  for_each_matrix<EigenOnThisThread>(d.count, d.rows * d.rows * d.rows / 3, [&](Index i) {
    if (d.rows == 0) {
      to[i] = 1;
      return;
    }
    const Lu<T> lu(matrix_at(x, i, d.rows, d.rows));
    singular[static_cast<std::size_t>(i)] = lu.nearly_singular() ? 1 : 0;
    to[i] = lu.factors.determinant();
  });
  return {y, first_of(singular) >= 0};
}

template <class T>
Tensor<T> lower_triangles(const Tensor<T>& x) {
  const auto d = square_dims("cholesky", x.shape());
  auto y = Tensor<T>::uninitialized(x.shape());
  if (y.size() == 0) return y;
  T* const to = y.data();
  std::vector<char> indefinite(static_cast<std::size_t>(d.count), 0);
  for_each_matrix<EigenOnThisThread>(d.count, d.rows * d.rows * d.rows / 6, [&](Index i) {
    const Eigen::LLT<ColumnMajor<T>> llt(matrix_at(x, i, d.rows, d.rows));
    // A NaN is no pivot that Eigen would refuse.
    const ColumnMajor<T> l = llt.matrixL();
    if (llt.info() != Eigen::NumericalIssue && l.diagonal().array().isFinite().all())
      put_matrix(to, i, l);
    else
      indefinite[static_cast<std::size_t>(i)] = 1;
  });
  const Index failed = first_of(indefinite);
  require<ValueError>(failed < 0, "cholesky: matrix ", failed, " of ", x.shape(),
                      " is not positive definite");
  return y;
}

#endif

}  // namespace detail
}  // namespace adafuse::inline ADAFUSE_SIMD
