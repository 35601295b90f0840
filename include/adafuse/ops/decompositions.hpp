// Decompositions of matrices, values alone: qr, svd, eigh. Those of floats are computed in double.
//
// Matrices are the last two dimensions; there may be any before them, and each matrix is worked out
// for itself. No other header brings this one: Eigen takes long to compile. With adafuse::compiled
// the arithmetic is in the library, and Eigen is not read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/matrices.hpp>
#include <adafuse/ops/tensor_like.hpp>
#ifndef ADAFUSE_DECLARED_ONLY
#include <adafuse/core/eigen_decompositions.hpp>
#include <limits>
#include <numeric>
#endif

namespace adafuse::inline ADAFUSE_SIMD {

/// x = q r.
template <class T>
struct QrOutput {
  Tensor<T> q;  ///< [..., m, k], k = min(m, n): columns of length 1, at right angles
  Tensor<T> r;  ///< [..., k, n]: 0 below the diagonal, which is not negative
};

/// x = u diag(s) vh.
template <class T>
struct SvdOutput {
  Tensor<T> u;   ///< [..., m, k], k = min(m, n): columns of length 1, at right angles
  Tensor<T> s;   ///< [..., k]: falling, not negative
  Tensor<T> vh;  ///< [..., k, n]: rows of length 1, at right angles
};

/// x v = v diag(eigenvalues) for v the eigenvectors.
template <class T>
struct EighOutput {
  Tensor<T> eigenvalues;   ///< [..., n], rising
  Tensor<T> eigenvectors;  ///< [..., n, n], columns of length 1, at right angles
};

namespace detail {

/// qr, and svd and eigh with any signs.
QrOutput<double> qr_of(const Tensor<double>& x);
SvdOutput<double> svd_of(const Tensor<double>& x);
EighOutput<double> eigh_of(const Tensor<double>& x);

#ifndef ADAFUSE_DECLARED_ONLY

using DoubleMatrix = ColumnMajor<double>;

/// x = Q R, the diagonal of R not negative: Q [m, k], and R [k, n] in place of x [m, n].
inline DoubleMatrix orthonormal_columns(DoubleMatrix& x) {
  const Index k = std::min(x.rows(), x.cols());
  const Eigen::HouseholderQR<DoubleMatrix> factors(x);
  DoubleMatrix q = factors.householderQ() * DoubleMatrix::Identity(x.rows(), k);
  x = factors.matrixQR().topRows(k);
  for (Index j = 0; j < k; ++j) {
    const double sign = x(j, j) < 0 ? -1 : 1;
    for (Index i = 0; i < q.rows(); ++i) q(i, j) *= sign;
    for (Index i = 0; i < x.cols(); ++i) x(j, i) = i < j ? 0 : sign * x(j, i);
  }
  return q;
}

ADAFUSE_FUNCTION QrOutput<double> qr_of(const Tensor<double>& x) {
  const auto d = matrix_dims("qr", x.shape());
  const Index k = std::min(d.rows, d.columns);
  QrOutput<double> y{Tensor<double>::uninitialized(with_sizes(d.leading, {d.rows, k})),
                     Tensor<double>::uninitialized(with_sizes(d.leading, {k, d.columns}))};
  if (k == 0) return y;
  double *const to_q = y.q.data(), *const to_r = y.r.data();
  for_each_matrix<EigenOnThisThread>(d.count, 2 * d.rows * d.columns * k, [&](Index i) {
    DoubleMatrix r = matrix_at(x, i, d.rows, d.columns);
    put_matrix(to_q, i, orthonormal_columns(r));
    put_matrix(to_r, i, r);
  });
  return y;
}

inline double dot(const double* a, const double* b, Index count) {
  return ConstMatrixMap<double>(a, 1, count).row(0).dot(ConstMatrixMap<double>(b, 1, count).row(0));
}

/// Turns two columns in their plane: a' = c a - s b, b' = s a + c b.
inline void rotate(double* __restrict a, double* __restrict b, Index count, double c, double s) {
  for (Index i = 0; i < count; ++i) {
    const double before = a[i];
    a[i] = c * before - s * b[i];
    b[i] = s * before + c * b[i];
  }
}

/// Turns the columns of y, and those of v alike, until they are at right angles to each other
/// (Hestenes, 1958). False where they do not become so.
inline bool make_columns_orthogonal(DoubleMatrix& y, DoubleMatrix& v) {
  constexpr double eps = std::numeric_limits<double>::epsilon();
  const Index m = y.rows(), k = y.cols();
  const double tolerance = eps * std::sqrt(static_cast<double>(m));
  std::vector<double> squares(static_cast<std::size_t>(k));
  for (int sweep = 0; sweep < 60; ++sweep) {
    double largest = 0;
    for (Index j = 0; j < k; ++j) {
      double& square = squares[static_cast<std::size_t>(j)];
      square = dot(y.col(j).data(), y.col(j).data(), m);
      largest = std::max(largest, square);
    }
    bool changed = false;
    for (Index p = 0; p < k; ++p)
      for (Index q = p + 1; q < k; ++q) {
        double &a = squares[static_cast<std::size_t>(p)], &b = squares[static_cast<std::size_t>(q)];
        // What is left of two columns in the span of others is rounding, of no direction.
        if (std::max(a, b) <= eps * eps * largest) continue;
        const double g = dot(y.col(p).data(), y.col(q).data(), m);
        if (std::abs(g) <= tolerance * std::sqrt(a) * std::sqrt(b)) continue;
        changed = true;
        const double zeta = (b - a) / (2 * g);
        const double t = std::copysign(1 / (std::abs(zeta) + std::hypot(1.0, zeta)), zeta);
        const double c = 1 / std::sqrt(1 + t * t);
        rotate(y.col(p).data(), y.col(q).data(), m, c, c * t);
        rotate(v.col(p).data(), v.col(q).data(), k, c, c * t);
        a = std::max(0.0, a - t * g);
        b += t * g;
      }
    if (!changed) return true;
  }
  return false;
}

/// a = U diag(s) V^T.
struct SingularValues {
  DoubleMatrix u, v;
  std::vector<double> s;
  bool converged = false;
};

/// Of a tall or square matrix. The eigenvectors of a^T a turn its columns nearly to right angles,
/// which costs the small singular values their digits; turning them on, pair by pair, gives those
/// back. U are the columns then, at length 1, made orthonormal where they are 0 or nearly so.
inline SingularValues singular_values(DoubleMatrix a) {
  const Index k = a.cols();
  if (a.rows() > 2 * k) {  // a = Q R: those of R are found in fewer rows
    const DoubleMatrix q = orthonormal_columns(a);
    SingularValues result = singular_values(a);
    result.u = q * result.u;
    return result;
  }
  const double largest = a.cwiseAbs().maxCoeff();
  int exponent = 0;
  std::frexp(largest, &exponent);
  a *= std::ldexp(1.0, -exponent);  // of squares, none is too large or too small
  DoubleMatrix v = Eigen::SelfAdjointEigenSolver<DoubleMatrix>(a.transpose() * a).eigenvectors();
  DoubleMatrix y = a * v;
  SingularValues result;
  result.converged = make_columns_orthogonal(y, v);
  std::vector<Index> order(static_cast<std::size_t>(k));
  std::vector<double> lengths(order.size());
  for (Index j = 0; j < k; ++j) lengths[static_cast<std::size_t>(j)] = y.col(j).norm();
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index p, Index q) {
    return lengths[static_cast<std::size_t>(p)] > lengths[static_cast<std::size_t>(q)];
  });
  result.v.resize(k, k);
  DoubleMatrix sorted(y.rows(), k);
  for (Index j = 0; j < k; ++j) {
    const Index from = order[static_cast<std::size_t>(j)];
    sorted.col(j) = y.col(from);
    result.v.col(j) = v.col(from);
    result.s.push_back(std::ldexp(lengths[static_cast<std::size_t>(from)], exponent));
  }
  result.u = orthonormal_columns(sorted);
  return result;
}

ADAFUSE_FUNCTION SvdOutput<double> svd_of(const Tensor<double>& x) {
  const auto d = matrix_dims("svd", x.shape());
  const Index k = std::min(d.rows, d.columns);
  SvdOutput<double> y{Tensor<double>::uninitialized(with_sizes(d.leading, {d.rows, k})),
                      Tensor<double>::uninitialized(with_sizes(d.leading, {k})),
                      Tensor<double>::uninitialized(with_sizes(d.leading, {k, d.columns}))};
  if (k == 0) return y;
  double *const to_u = y.u.data(), *const to_s = y.s.data(), *const to_vh = y.vh.data();
  std::vector<char> failed(static_cast<std::size_t>(d.count), 0);
  for_each_matrix<EigenOnThisThread>(d.count, 20 * d.rows * d.columns * k, [&](Index i) {
    const DoubleMatrix a = matrix_at(x, i, d.rows, d.columns);
    const bool wide = d.rows < d.columns;  // a^T = V diag(s) U^T
    const auto parts = singular_values(wide ? DoubleMatrix(a.transpose()) : a);
    failed[static_cast<std::size_t>(i)] = parts.converged ? 0 : 1;
    put_matrix(to_u, i, wide ? parts.v : parts.u);
    put_matrix(to_vh, i, DoubleMatrix((wide ? parts.u : parts.v).transpose()));
    std::copy(parts.s.begin(), parts.s.end(), to_s + i * k);
  });
  const Index first = first_of(failed);
  require<ValueError>(first < 0, "svd: matrix ", first, " of ", x.shape(), " did not converge");
  return y;
}

ADAFUSE_FUNCTION EighOutput<double> eigh_of(const Tensor<double>& x) {
  const auto d = square_dims("eigh", x.shape());
  EighOutput<double> y{Tensor<double>::uninitialized(with_sizes(d.leading, {d.rows})),
                       Tensor<double>::uninitialized(x.shape())};
  if (d.rows == 0) return y;
  double *const to_values = y.eigenvalues.data(), *const to_vectors = y.eigenvectors.data();
  std::vector<char> failed(static_cast<std::size_t>(d.count), 0);
  for_each_matrix<EigenOnThisThread>(d.count, 10 * d.rows * d.rows * d.rows, [&](Index i) {
    const Eigen::SelfAdjointEigenSolver<DoubleMatrix> solver(matrix_at(x, i, d.rows, d.rows));
    if (solver.info() == Eigen::NoConvergence) {
      failed[static_cast<std::size_t>(i)] = 1;
      return;
    }
    put_matrix(to_vectors, i, solver.eigenvectors());
    std::copy_n(solver.eigenvalues().data(), d.rows, to_values + i * d.rows);
  });
  const Index first = first_of(failed);
  require<ValueError>(first < 0, "eigh: matrix ", first, " of ", x.shape(), " did not converge");
  return y;
}

#endif

/// Where of a column of q [..., m, k] the first of the entries that are largest in absolute value
/// is negative, the column changes its sign, and so does the row of vh [..., k, n], if that is
/// given.
template <class T>
void make_largest_positive(Tensor<T>& q, Tensor<T>* vh = nullptr) {
  const auto d = matrix_dims("signs", q.shape());
  for (Index i = 0; i < d.count * d.columns; ++i) {
    const Index j = i % d.columns;
    T* const column = q.data() + i / d.columns * d.rows * d.columns + j;
    Index at = 0;
    for (Index r = 1; r < d.rows; ++r)
      if (std::abs(column[r * d.columns]) > std::abs(column[at * d.columns])) at = r;
    if (!(column[at * d.columns] < 0)) continue;
    for (Index r = 0; r < d.rows; ++r) column[r * d.columns] = -column[r * d.columns];
    if (vh == nullptr) continue;
    const Index n = vh->size(-1);
    for (Index c = 0; c < n; ++c) vh->data()[i * n + c] = -vh->data()[i * n + c];
  }
}

}  // namespace detail

/// x = Q R for each matrix of x [..., m, n], in the reduced form. The diagonal of R is not
/// negative, which leaves one choice where the columns are independent; LAPACK, and so PyTorch,
/// leaves any signs.
template <Operand X>
QrOutput<scalar_of<X>> qr(const X& input) {
  using T = scalar_of<X>;
  const auto y = detail::qr_of(elements_of(input, "qr").template cast<double>());
  return {y.q.template cast<T>(), y.r.template cast<T>()};
}

/// x = U diag(s) Vh for each matrix of x [..., m, n], in the reduced form: PyTorch's
/// linalg.svd(x, full_matrices=False). Of each column of U the first of the entries that are
/// largest in absolute value is positive. Throws ValueError for elements that are not finite.
template <Operand X>
SvdOutput<scalar_of<X>> svd(const X& input) {
  using T = scalar_of<X>;
  const Tensor<T> x = elements_of(input, "svd");
  detail::matrix_dims("svd", x.shape());
  detail::require_finite("svd", x);
  const auto y = detail::svd_of(x.template cast<double>());
  SvdOutput<T> result{y.u.template cast<T>(), y.s.template cast<T>(), y.vh.template cast<T>()};
  detail::make_largest_positive(result.u, &result.vh);
  return result;
}

/// The eigenvalues and eigenvectors of each symmetric matrix of x [..., n, n], of which only the
/// lower triangle is read. Of each eigenvector the first of the entries that are largest in
/// absolute value is positive. Throws ValueError for elements that are not finite.
template <Operand X>
EighOutput<scalar_of<X>> eigh(const X& input) {
  using T = scalar_of<X>;
  const Tensor<T> x = elements_of(input, "eigh");
  detail::square_dims("eigh", x.shape());
  detail::require_finite("eigh", x);
  const auto y = detail::eigh_of(x.template cast<double>());
  EighOutput<T> result{y.eigenvalues.template cast<T>(), y.eigenvectors.template cast<T>()};
  detail::make_largest_positive(result.eigenvectors);
  return result;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
