// The door to Eigen: tensors seen as Eigen matrices and arrays, without a copy.
//
// No setting of Eigen is made here: a program's own Eigen code in the same file has its own.
// SPDX-License-Identifier: MIT
#pragma once

// GCC 12 takes the undefined registers of its own AVX-512 intrinsics for mistakes (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Core>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#if !EIGEN_VERSION_AT_LEAST(3, 4, 0)
#error adafuse: expects Eigen 3.4 or newer
#endif

#include <adafuse/core/tensor.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// Eigen's matrix in the order of tensors: rows are contiguous.
template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Somebody's memory as such a matrix.
template <class T>
using MatrixMap = Eigen::Map<RowMajor<T>>;
/// Somebody's memory as such a matrix, for reading.
template <class T>
using ConstMatrixMap = Eigen::Map<const RowMajor<T>>;

/// A tensor of rank 2, [rows, columns], as an Eigen matrix on the same memory.
template <class T>
MatrixMap<T> as_matrix(Tensor<T>& x) {
  require<ShapeError>(x.rank() == 2, "as_matrix: expects rank 2, got ", x.shape());
  return {x.data(), x.size(0), x.size(1)};
}
template <class T>
ConstMatrixMap<T> as_matrix(const Tensor<T>& x) {
  require<ShapeError>(x.rank() == 2, "as_matrix: expects rank 2, got ", x.shape());
  return {x.data(), x.size(0), x.size(1)};
}

/// All elements of a tensor, in order, as an Eigen column on the same memory.
template <class T>
Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> as_array(Tensor<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> as_array(const Tensor<T>& x) {
  return {x.data(), x.size()};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
