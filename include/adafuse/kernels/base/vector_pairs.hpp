// apply_to_pairs: a function of two numbers, many pairs at a time, in vectors of doubles.
//
// What is left at the end of a run is put into vectors of its own: a value depends on its pair
// alone.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/kernels/base/doubles.hpp>
#include <algorithm>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i] = f(a[a_step i], b[b_step i]) for i in [0, count); a step is 1 or 0. `f` is of two Doubles.
template <class T, class F>
[[gnu::always_inline]] inline void apply_to_pairs(Index count, const T* a, Index a_step, const T* b,
                                                  Index b_step, T* y, const F& f) {
  constexpr Index width = Doubles::width;
  T first[width], second[width], result[width];
  std::fill_n(first, width, a_step == 0 ? *a : T{1});
  std::fill_n(second, width, b_step == 0 ? *b : T{1});
  for (Index i = 0; i < count; i += width) {
    const Index n = std::min(width, count - i);
    const T *p = a_step == 0 ? first : a + i, *q = b_step == 0 ? second : b + i;
    T* to = y + i;
    if (n < width) {
      if (a_step != 0) std::copy_n(p, n, first);
      if (b_step != 0) std::copy_n(q, n, second);
      p = first, q = second, to = result;
    }
    f(Doubles::load(p), Doubles::load(q)).store(to);
    if (n < width) std::copy_n(result, n, y + i);
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
