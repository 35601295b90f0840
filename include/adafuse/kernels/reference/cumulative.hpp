// The naive twins of cumulative.hpp: each sum and each product is taken anew.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

template <class T>
void cumulative_sum(const T* x, Middle m, bool backwards, T* y) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index i = 0; i < m.inner; ++i)
      for (Index r = 0; r < m.count; ++r) {
        Accumulator<T> sum = 0;
        for (Index k = 0; k < m.count; ++k)
          if (backwards ? k >= r : k <= r)
            sum += static_cast<Accumulator<T>>(x[(o * m.count + k) * m.inner + i]);
        y[(o * m.count + r) * m.inner + i] = static_cast<T>(sum);
      }
}

/// The product of x[o, k, i] over k <= last, but for k = left_out, which may be none: -1.
template <class T>
double product_so_far(const T* x, Middle m, Index o, Index last, Index i, Index left_out) {
  double product = 1;
  for (Index k = 0; k <= last; ++k)
    if (k != left_out) product *= static_cast<double>(x[(o * m.count + k) * m.inner + i]);
  return product;
}

template <class T>
void cumulative_product(const T* x, Middle m, T* y) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < m.count; ++r)
      for (Index i = 0; i < m.inner; ++i)
        y[(o * m.count + r) * m.inner + i] =
            static_cast<T>(product_so_far(x, m, o, r, i, Index{-1}));
}

template <class T>
void cumulative_product_gradient(const T* x, Middle m, const T* dy, T* dx) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < m.count; ++r)
      for (Index i = 0; i < m.inner; ++i) {
        double sum = 0;
        for (Index k = r; k < m.count; ++k)
          sum += static_cast<double>(dy[(o * m.count + k) * m.inner + i]) *
                 product_so_far(x, m, o, k, i, r);
        dx[(o * m.count + r) * m.inner + i] = static_cast<T>(sum);
      }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
