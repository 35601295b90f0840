// The naive twin of cumulative.hpp: each sum is taken anew.
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

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
