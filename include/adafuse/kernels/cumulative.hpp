// Running sums along a dimension. Those of floats are taken in double, in order: the same bits for
// any number of threads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Running sums of `count` neighbours; the sum stays in a register.
template <class T>
void cumulative_sum_of_run(const T* x, Index count, bool backwards, T* y) {
  Accumulator<T> sum = 0;
  if (backwards)
    for (Index k = count - 1; k >= 0; --k)
      y[k] = static_cast<T>(sum += static_cast<Accumulator<T>>(x[k]));
  else
    for (Index k = 0; k < count; ++k)
      y[k] = static_cast<T>(sum += static_cast<Accumulator<T>>(x[k]));
}

/// y[o, r, i] = the sum of x[o, k, i] over k <= r; backwards over k >= r.
template <class T>
void cumulative_sum(const T* x, Middle m, bool backwards, T* y) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  constexpr Index most_columns = 256;
  const Index columns = std::min(m.inner, most_columns);
  const Index blocks = (m.inner + columns - 1) / columns;
  parallel_for(m.outer * blocks, elements_per_chunk / (m.count * columns),
               Work::elements(8 * m.count * columns), [=](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index left = block % blocks * columns;
                   const Index width = std::min(columns, m.inner - left);
                   const Index start = block / blocks * m.count * m.inner + left;
                   if (m.inner == 1) {
                     cumulative_sum_of_run(x + start, m.count, backwards, y + start);
                     continue;
                   }
                   Accumulator<T> sum[most_columns] = {};
                   for (Index k = 0; k < m.count; ++k) {
                     const Index row = start + (backwards ? m.count - 1 - k : k) * m.inner;
                     for (Index i = 0; i < width; ++i)
                       y[row + i] =
                           static_cast<T>(sum[i] += static_cast<Accumulator<T>>(x[row + i]));
                   }
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
