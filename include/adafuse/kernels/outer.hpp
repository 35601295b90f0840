// The products of all pairs of two lists.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i, j] = a[i] b[j]: [rows, columns].
template <class T>
void outer(Index rows, Index columns, const T* a, const T* b, T* y) {
#ifdef ADAFUSE_COMPILED
  compiled::kernels_of<T>().outer(rows, columns, a, b, y);
#else
  parallel_for(rows, 1 + elements_per_chunk / (columns + 1), Work::elements(2 * columns),
               [=](Index begin, Index end) {
                 const T* __restrict list = b;
                 for (Index i = begin; i < end; ++i) {
                   T* __restrict to = y + i * columns;
                   const T factor = a[i];
                   for (Index j = 0; j < columns; ++j) to[j] = factor * list[j];
                 }
               });
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
