// The naive twins of prod.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y[o, i] = the product of x[o, k, i] over all k but one, `left_out`, which may be none: -1.
template <class T>
double product_but_one(const T* x, Middle m, Index o, Index i, Index left_out) {
  double product = 1;
  for (Index k = 0; k < m.count; ++k)
    if (k != left_out) product *= static_cast<double>(x[(o * m.count + k) * m.inner + i]);
  return product;
}

template <class T>
Tensor<double> product_of_middle(const T* x, Middle m) {
  Tensor<double> y({m.outer, m.inner});
  for (Index o = 0; o < m.outer; ++o)
    for (Index i = 0; i < m.inner; ++i) y(o, i) = product_but_one(x, m, o, i, -1);
  return y;
}

template <class T>
void product_gradient(const T* x, Middle m, const T* dy, T* dx) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index k = 0; k < m.count; ++k)
      for (Index i = 0; i < m.inner; ++i)
        dx[(o * m.count + k) * m.inner + i] = static_cast<T>(
            static_cast<double>(dy[o * m.inner + i]) * product_but_one(x, m, o, i, k));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
