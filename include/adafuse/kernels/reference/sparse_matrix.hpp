// The naive twin of sparse_matrix.hpp: every element of the matrix is multiplied.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/sparse_matrix.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y[o, r, i] = sum over k of a[r, k] x[o, k, i], in double, for a [rows, m.count].
template <class T>
void sparse_product(const Tensor<T>& a, const T* x, Middle m, T* y) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < a.size(0); ++r)
      for (Index i = 0; i < m.inner; ++i) {
        double sum = 0;
        for (Index k = 0; k < m.count; ++k)
          sum += static_cast<double>(a(r, k)) *
                 static_cast<double>(x[(o * m.count + k) * m.inner + i]);
        y[(o * a.size(0) + r) * m.inner + i] = static_cast<T>(sum);
      }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
