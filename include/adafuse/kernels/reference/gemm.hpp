// The naive twin of gemm.hpp: the definition.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/gemm.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// c(s, i, j) = sum over l of a(s, i, l) b(s, l, j), for each s of the batch.
template <class T>
void gemm(const GemmShape& g, const T* a, const T* b, T* c) {
  const auto left = [&](Index s, Index i, Index l) {
    const Index first = g.shared_a ? 0 : s * g.m * g.k;
    return a[first + (g.transpose_a ? l * g.m + i : i * g.k + l)];
  };
  const auto right = [&](Index s, Index l, Index j) {
    const Index first = g.shared_b ? 0 : s * g.k * g.n;
    return b[first + (g.transpose_b ? j * g.k + l : l * g.n + j)];
  };
  for (Index s = 0; s < g.batch; ++s)
    for (Index i = 0; i < g.m; ++i)
      for (Index j = 0; j < g.n; ++j) {
        T sum = 0;
        for (Index l = 0; l < g.k; ++l) sum += left(s, i, l) * right(s, l, j);
        c[(s * g.m + i) * g.n + j] = sum;
      }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
