// The door to OpenBLAS: the product that kernels::gemm computes, by its sgemm.
// SPDX-License-Identifier: MIT
#pragma once

#include <cblas.h>

#include <adafuse/kernels/gemm.hpp>

namespace bench {

inline void openblas_threads(int threads) { openblas_set_num_threads(threads); }

/// c[m,n] = a[m,k] b[k,n], one product, operands as kernels::GemmShape describes them.
inline void openblas_gemm(const adafuse::kernels::GemmShape& g, const float* a, const float* b,
                          float* c) {
  const auto size = [](adafuse::Index n) { return static_cast<blasint>(n); };
  const auto order = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  cblas_sgemm(CblasRowMajor, order(g.transpose_a), order(g.transpose_b), size(g.m), size(g.n),
              size(g.k), 1, a, size(g.transpose_a ? g.m : g.k), b, size(g.transpose_b ? g.k : g.n),
              0, c, size(g.n));
}

}  // namespace bench
