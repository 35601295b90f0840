// The product of a matrix of few entries with one dimension of a tensor: what resizing is made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/sparse_matrix.hpp>
#include <memory>

namespace adafuse::inline ADAFUSE_SIMD {
namespace detail {

template <class T>
using SharedMatrix = std::shared_ptr<const kernels::SparseMatrix<T>>;

/// y[..., r, ...] = sum over k of a(r, k) x[..., k, ...] along dimension `axis`, which has
/// a.columns() positions.
template <class T>
Variable<T> sparse_product(const SharedMatrix<T>& a, const Variable<T>& x, Index axis) {
  auto y = Tensor<T>::uninitialized(x.shape().with(axis, a->rows()));
  kernels::sparse_product(*a, x.value().data(), kernels::middle_of(x.shape(), axis, axis),
                          y.data());
  // y = A x, linear  =>  dx = A^T dy
  return record("sparse_product", y, {x}, [a, axis](const Variable<T>& dy) -> Gradients<T> {
    const auto transposed = std::make_shared<const kernels::SparseMatrix<T>>(a->transposed());
    return {sparse_product<T>(transposed, dy, axis)};
  });
}

}  // namespace detail
}  // namespace adafuse::inline ADAFUSE_SIMD
