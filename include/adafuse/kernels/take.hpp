// Elements by position: take reads a list of positions, put adds to them. Each is the other's
// transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/strided_loop.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i] = x[index[i]], where positions count the elements of x in order. y has index's shape.
template <class T>
Tensor<T> take(const Tensor<T>& x, const Tensor<std::int64_t>& index) {
  auto y = Tensor<T>::uninitialized(index.shape());
  const T* const from = x.data();
  const std::int64_t* const at = index.data();
  T* const to = y.data();
  parallel_for(y.size(), elements_per_chunk, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = from[at[i]];
  });
  return y;
}

/// y = 0, then y[index[i]] += x[i] for each i in order. On one thread: positions may repeat.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  Tensor<T> y(shape);
  for (Index i = 0; i < x.size(); ++i) y.data()[index.data()[i]] += x.data()[i];
  return y;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
