// The other half of Eigen's door: decompositions of matrices. They take as long to read as all else
// of this library, so no other header brings them but ops/factors.hpp and ops/decompositions.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>

// As in core/eigen.hpp: what GCC 12 takes for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace adafuse::inline ADAFUSE_SIMD {

/// While this lives, Eigen's products stay on the thread that made it: the library's own threads
/// cut the work, and a product that Eigen shares is cut by their number, with other last bits. The
/// count is OpenMP's for this thread alone; without OpenMP Eigen shares nothing. (Of
/// Eigen::setNbThreads, a number for the whole process, Eigen thinks more: a program that calls it
/// chooses for these products as well.)
class EigenOnThisThread {
 public:
  EigenOnThisThread() {
#ifdef EIGEN_HAS_OPENMP
    before_ = omp_get_max_threads();
    omp_set_num_threads(1);
#endif
  }
  ~EigenOnThisThread() {
#ifdef EIGEN_HAS_OPENMP
    omp_set_num_threads(before_);
#endif
  }
  EigenOnThisThread(const EigenOnThisThread&) = delete;
  EigenOnThisThread& operator=(const EigenOnThisThread&) = delete;

 private:
  [[maybe_unused]] int before_ = 1;
};

/// Eigen's matrix in the order of LAPACK: columns are contiguous.
template <class T>
using ColumnMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Matrix i of a tensor of matrices.
template <class T>
ColumnMajor<T> matrix_at(const Tensor<T>& x, Index i, Index rows, Index columns) {
  return ConstMatrixMap<T>(x.data() + i * rows * columns, rows, columns);
}

/// Writes matrix i of y. The pointer is taken once, before threads share it.
template <class T, class M>
void put_matrix(T* y, Index i, const M& matrix) {
  MatrixMap<T>(y + i * matrix.rows() * matrix.cols(), matrix.rows(), matrix.cols()) = matrix;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
