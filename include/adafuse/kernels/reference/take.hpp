// The naive twins of take.hpp: all positions are looked at for each element.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y[i] = the x[k] with k = index[i].
template <class T>
Tensor<T> take(const Tensor<T>& x, const Tensor<std::int64_t>& index) {
  Tensor<T> y(index.shape());
  for (Index i = 0; i < index.size(); ++i)
    for (Index k = 0; k < x.size(); ++k)
      if (index.data()[i] == k) y.data()[i] = x.data()[k];
  return y;
}

/// y[k] = the sum of x[i] over the i with index[i] = k, in double.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  Tensor<T> y(shape);
  for (Index k = 0; k < y.size(); ++k) {
    double sum = 0;
    for (Index i = 0; i < x.size(); ++i)
      if (index.data()[i] == k) sum += static_cast<double>(x.data()[i]);
    y.data()[k] = static_cast<T>(sum);
  }
  return y;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
