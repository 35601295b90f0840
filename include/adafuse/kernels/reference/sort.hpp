// The naive twin of sort.hpp: each element counts those that come before it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

template <class T>
void sorted_positions(const T* x, Middle m, Index most, bool descending, std::int64_t* y) {
  const auto less = [](T a, T b) { return a < b || (is_nan(b) && !is_nan(a)); };
  for (Index o = 0; o < m.outer; ++o)
    for (Index i = 0; i < m.inner; ++i)
      for (Index k = 0; k < m.count; ++k) {
        const T v = x[(o * m.count + k) * m.inner + i];
        Index before = 0;
        for (Index l = 0; l < m.count; ++l) {
          const T w = x[(o * m.count + l) * m.inner + i];
          const bool first = descending ? less(v, w) : less(w, v);
          const bool equal = !less(v, w) && !less(w, v);
          before += first || (equal && l < k);
        }
        if (before < most) y[(o * most + before) * m.inner + i] = k;
      }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
