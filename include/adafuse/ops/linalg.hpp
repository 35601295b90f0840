// Linear algebra of square and other matrices, through Eigen: inverse, solve, det, slogdet and
// cholesky with gradients, qr, svd and eigh of values alone.
//
// Matrices are the last two dimensions; there may be any before them, and each matrix is worked out
// for itself. No other header brings this one: Eigen's decompositions take long to compile. They
// are templates of scalar types, so a program of files for several machines links them as it links
// what it computes with Eigen itself (README.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen_decompositions.hpp>
#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/take.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

/// det x = sign e^logabsdet.
template <class T>
struct SlogdetOutput {
  Tensor<T> sign;  ///< 1, -1, or 0 for a singular matrix
  Variable<T> logabsdet;
};

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
  Tensor<T> eigenvalues;   ///< [..., n]: rising
  Tensor<T> eigenvectors;  ///< [..., n, n]: columns of length 1, at right angles
};

namespace detail {

template <class T>
using ColumnMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// The last two dimensions of x, which must be there.
struct MatrixDims {
  Index count, rows, columns;  // count: of matrices
  Shape leading;
};

inline MatrixDims matrix_dims(const char* op, const Shape& shape) {
  require<ShapeError>(shape.rank() >= 2, op, ": expects matrices [...,m,n], got ", shape);
  const Shape before = leading(shape);
  return {before.size(), shape[-2], shape[-1], before};
}

inline MatrixDims square_dims(const char* op, const Shape& shape) {
  const auto d = matrix_dims(op, shape);
  require<ShapeError>(d.rows == d.columns, op, ": expects square matrices [...,n,n], got ", shape);
  return d;
}

inline Shape with_sizes(Shape shape, std::initializer_list<Index> more) {
  for (const Index size : more) shape.push_back(size);
  return shape;
}

/// Calls work(i) for each of `count` matrices, of about `multiply_adds` each, on any thread.
template <class F>
void for_each_matrix(Index count, Index multiply_adds, const F& work) {
  parallel_for(count, 1, Work::multiply_adds(multiply_adds), [&work](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) work(i);
  });
}

template <class T>
ColumnMajor<T> matrix_at(const Tensor<T>& x, Index i, Index rows, Index columns) {
  return ConstMatrixMap<T>(x.data() + i * rows * columns, rows, columns);
}

/// Writes matrix i of y. The pointer is taken once, before threads share it.
template <class T, class M>
void put_matrix(T* y, Index i, const M& matrix) {
  MatrixMap<T>(y + i * matrix.rows() * matrix.cols(), matrix.rows(), matrix.cols()) = matrix;
}

/// Throws ValueError unless all elements are numbers: iterations would not end, or give anything.
template <class T>
void require_finite(const char* op, const Tensor<T>& x) {
  for (const T v : x)
    require<ValueError>(std::isfinite(v), op, ": expects finite elements, got ", v);
}

/// The first i of which `failed` says so, or -1.
inline Index first_of(const std::vector<char>& failed) {
  const auto found = std::find(failed.begin(), failed.end(), 1);
  return found == failed.end() ? -1 : found - failed.begin();
}

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

/// A^-1 B for each pair of matrices, [count, n, n] and [count, n, k] in order. ValueError, named
/// after `op`, for a singular A.
template <class T>
Tensor<T> solve_each(const char* op, const Tensor<T>& a, const Tensor<T>& b) {
  const auto da = square_dims(op, a.shape()), db = matrix_dims(op, b.shape());
  auto y = Tensor<T>::uninitialized(b.shape());
  if (y.size() == 0) return y;
  std::vector<char> singular(static_cast<std::size_t>(da.count), 0);
  T* const to = y.data();
  const Index n = da.rows, k = db.columns;
  for_each_matrix(da.count, n * n * (n / 3 + k), [&](Index i) {
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

/// The signs of determinants of x [..., n, n], and the logarithms of their absolute values: [...].
template <class T>
struct LogDeterminants {
  Tensor<T> sign, logabsdet;
};

template <class T>
LogDeterminants<T> log_determinants(const Tensor<T>& x) {
  const auto d = square_dims("slogdet", x.shape());
  LogDeterminants<T> result{Tensor<T>::uninitialized(d.leading),
                            Tensor<T>::uninitialized(d.leading)};
  T *const signs = result.sign.data(), *const logs = result.logabsdet.data();
  for_each_matrix(d.count, d.rows * d.rows * d.rows / 3, [&](Index i) {
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
      sign = pivot == 0 ? 0 : pivot < 0 ? -sign : sign;  // a NaN keeps the sign, and is in the sum
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

/// The determinants of x [..., n, n], [...], and whether one is of a nearly singular matrix.
template <class T>
struct Determinants {
  Tensor<T> values;
  bool one_is_singular = false;
};

template <class T>
Determinants<T> determinants(const Tensor<T>& x) {
  const auto d = square_dims("det", x.shape());
  auto y = Tensor<T>::uninitialized(d.leading);
  T* const to = y.data();
  std::vector<char> singular(static_cast<std::size_t>(d.count), 0);
  for_each_matrix(d.count, d.rows * d.rows * d.rows / 3, [&](Index i) {
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
  const auto d = detail::square_dims("cholesky", x.shape());
  auto y = Tensor<T>::uninitialized(x.shape());
  if (y.size() > 0) {
    const Tensor<T>& values = x.value();
    T* const to = y.data();
    std::vector<char> indefinite(static_cast<std::size_t>(d.count), 0);
    detail::for_each_matrix(d.count, d.rows * d.rows * d.rows / 6, [&](Index i) {
      const Eigen::LLT<detail::ColumnMajor<T>> llt(detail::matrix_at(values, i, d.rows, d.rows));
      // A NaN is no pivot that Eigen would refuse.
      const detail::ColumnMajor<T> l = llt.matrixL();
      if (llt.info() == Eigen::Success && l.diagonal().array().isFinite().all())
        detail::put_matrix(to, i, l);
      else
        indefinite[static_cast<std::size_t>(i)] = 1;
    });
    const Index failed = detail::first_of(indefinite);
    require<ValueError>(failed < 0, "cholesky: matrix ", failed, " of ", x.shape(),
                        " is not positive definite");
  }
  // dX = dL L^T + L dL^T, so L^-1 dX L^-T = M + M^T for M = L^-1 dL, which is lower triangular: M
  // is P(L^-1 dX L^-T), where P halves the diagonal and cuts off what is above. <dy, L M> = <L^T
  // dy, M> = <P(L^T dy), L^-1 dX L^-T>, so dx = L^-T P(L^T dy) L^-1, and its symmetric part.
  return record("cholesky", std::move(y), {x},
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

/// x = Q R for each matrix of x [..., m, n], in the reduced form. The diagonal of R is not
/// negative, which leaves one choice where the columns are independent; LAPACK, and so PyTorch,
/// leaves any signs.
template <Operand X>
QrOutput<scalar_of<X>> qr(const X& input) {
  using T = scalar_of<X>;
  using Matrix = detail::ColumnMajor<T>;
  const Tensor<T> x = elements_of(input, "qr");
  const auto d = detail::matrix_dims("qr", x.shape());
  const Index k = std::min(d.rows, d.columns);
  QrOutput<T> y{Tensor<T>::uninitialized(detail::with_sizes(d.leading, {d.rows, k})),
                Tensor<T>::uninitialized(detail::with_sizes(d.leading, {k, d.columns}))};
  if (k == 0) return y;
  T *const to_q = y.q.data(), *const to_r = y.r.data();
  detail::for_each_matrix(d.count, 2 * d.rows * d.columns * k, [&](Index i) {
    const Eigen::HouseholderQR<Matrix> factors(detail::matrix_at(x, i, d.rows, d.columns));
    Matrix q = factors.householderQ() * Matrix::Identity(d.rows, k);
    Matrix r = factors.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
    for (Index j = 0; j < k; ++j)
      if (r(j, j) < 0) {
        r.row(j) = -r.row(j);
        q.col(j) = -q.col(j);
      }
    detail::put_matrix(to_q, i, q);
    detail::put_matrix(to_r, i, r);
  });
  return y;
}

namespace detail {

/// Whether the first of the entries of a column that are largest in absolute value is negative.
template <class Column>
bool largest_is_negative(const Column& column) {
  Index at = 0;
  for (Index i = 1; i < column.size(); ++i)
    if (std::abs(column(i)) > std::abs(column(at))) at = i;
  return column(at) < 0;
}

}  // namespace detail

/// x = U diag(s) Vh for each matrix of x [..., m, n], in the reduced form: PyTorch's
/// linalg.svd(x, full_matrices=False). Of each column of U the first of the entries that are
/// largest in absolute value is positive. Throws ValueError for elements that are not finite.
template <Operand X>
SvdOutput<scalar_of<X>> svd(const X& input) {
  using T = scalar_of<X>;
  using Matrix = detail::ColumnMajor<T>;
  const Tensor<T> x = elements_of(input, "svd");
  const auto d = detail::matrix_dims("svd", x.shape());
  detail::require_finite("svd", x);
  const Index k = std::min(d.rows, d.columns);
  SvdOutput<T> y{Tensor<T>::uninitialized(detail::with_sizes(d.leading, {d.rows, k})),
                 Tensor<T>::uninitialized(detail::with_sizes(d.leading, {k})),
                 Tensor<T>::uninitialized(detail::with_sizes(d.leading, {k, d.columns}))};
  if (k == 0) return y;
  T *const to_u = y.u.data(), *const to_s = y.s.data(), *const to_vh = y.vh.data();
  detail::for_each_matrix(d.count, 20 * d.rows * d.columns * k, [&](Index i) {
    const Eigen::BDCSVD<Matrix> factors(detail::matrix_at(x, i, d.rows, d.columns),
                                        Eigen::ComputeThinU | Eigen::ComputeThinV);
    Matrix u = factors.matrixU(), vh = factors.matrixV().transpose();
    for (Index j = 0; j < k; ++j)
      if (detail::largest_is_negative(u.col(j))) {
        u.col(j) = -u.col(j);
        vh.row(j) = -vh.row(j);
      }
    detail::put_matrix(to_u, i, u);
    detail::put_matrix(to_vh, i, vh);
    for (Index j = 0; j < k; ++j) to_s[i * k + j] = factors.singularValues()(j);
  });
  return y;
}

/// The eigenvalues and eigenvectors of each symmetric matrix of x [..., n, n], of which only the
/// lower triangle is read. Of each eigenvector the first of the entries that are largest in
/// absolute value is positive. Throws ValueError for elements that are not finite.
template <Operand X>
EighOutput<scalar_of<X>> eigh(const X& input) {
  using T = scalar_of<X>;
  using Matrix = detail::ColumnMajor<T>;
  const Tensor<T> x = elements_of(input, "eigh");
  const auto d = detail::square_dims("eigh", x.shape());
  detail::require_finite("eigh", x);
  EighOutput<T> y{Tensor<T>::uninitialized(detail::with_sizes(d.leading, {d.rows})),
                  Tensor<T>::uninitialized(x.shape())};
  if (d.rows == 0) return y;
  T *const to_values = y.eigenvalues.data(), *const to_vectors = y.eigenvectors.data();
  std::vector<char> failed(static_cast<std::size_t>(d.count), 0);
  detail::for_each_matrix(d.count, 10 * d.rows * d.rows * d.rows, [&](Index i) {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(detail::matrix_at(x, i, d.rows, d.rows));
    if (solver.info() != Eigen::Success) {
      failed[static_cast<std::size_t>(i)] = 1;
      return;
    }
    Matrix vectors = solver.eigenvectors();
    for (Index j = 0; j < d.rows; ++j)
      if (detail::largest_is_negative(vectors.col(j))) vectors.col(j) = -vectors.col(j);
    detail::put_matrix(to_vectors, i, vectors);
    for (Index j = 0; j < d.rows; ++j) to_values[i * d.rows + j] = solver.eigenvalues()(j);
  });
  const Index first = detail::first_of(failed);
  require<ValueError>(first < 0, "eigh: matrix ", first, " of ", x.shape(), " did not converge");
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
