// The gradients of softmax and its logarithm, from their results: each row needs one sum over it,
// of which every element takes its part.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/softmax.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void softmax_backward(const Middle& m, const T* y, const T* dy, T* dx) {
  compiled::kernels_of<T>().softmax_backward(m, y, dy, dx);
}
template <class T>
void log_softmax_backward(const Middle& m, const T* y, const T* dy, T* dx) {
  compiled::kernels_of<T>().log_softmax_backward(m, y, dy, dx);
}
#else

namespace detail {

/// dx = of(y, dy, sum of term(y, dy) over the row), in vectors of doubles.
template <class T, class Term, class Of>
void row_gradient(const Middle& m, const T* y, const T* dy, T* dx, Work work, const Term& term,
                  const Of& of) {
  if (m.inner == 1) {
    parallel_for(m.outer, softmax_grain(std::max<Index>(m.count, 1)), work,
                 [&](Index begin, Index end) {
                   for (Index at = begin * m.count; at < end * m.count; at += m.count) {
                     const T *const of_y = y + at, *const of_dy = dy + at;
                     const Doubles sum = Doubles::of(sum_of_vectors(m.count, [&](Index k, auto n) {
                       return term(load_first(of_y + k, n), load_first(of_dy + k, n));
                     }));
                     for_vectors(m.count, [&](Index k, auto n) {
                       const Doubles a = load_first(of_y + k, n), b = load_first(of_dy + k, n);
                       store_first(of(a, b, sum), dx + at + k, n);
                     });
                   }
                 });
    return;
  }
  constexpr Index columns = 64;
  const Index blocks = (m.inner + columns - 1) / columns;
  parallel_for(m.outer * blocks, softmax_grain(std::max<Index>(m.count * columns, 1)),
               Work{work.nanoseconds * columns}, [&](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index left = block % blocks * columns,
                               width = std::min(columns, m.inner - left);
                   const Index first = block / blocks * m.count * m.inner + left;
                   double sums[Bound{columns}] = {};
                   for (Index k = 0; k < m.count; ++k) {
                     const Index at = first + k * m.inner;
                     for_vectors(width, [&](Index i, auto n) {
                       const Doubles a = load_first(y + at + i, n), b = load_first(dy + at + i, n);
                       store_first(load_first(sums + i, n) + term(a, b), sums + i, n);
                     });
                   }
                   for (Index k = 0; k < m.count; ++k) {
                     const Index at = first + k * m.inner;
                     for_vectors(width, [&](Index i, auto n) {
                       const Doubles a = load_first(y + at + i, n), b = load_first(dy + at + i, n);
                       store_first(of(a, b, load_first(sums + i, n)), dx + at + i, n);
                     });
                   }
                 }
               });
}

}  // namespace detail

/// dx = y (dy - sum over the row of dy y), for y = softmax(x).
template <class T>
void softmax_backward(const Middle& m, const T* y, const T* dy, T* dx) {
  detail::row_gradient(
      m, y, dy, dx, Work::elements(4 * m.count), [](Doubles p, Doubles g) { return p * g; },
      [](Doubles p, Doubles g, Doubles sum) { return p * (g - sum); });
}

/// dx = dy - e^y sum over the row of dy, for y = log_softmax(x).
template <class T>
void log_softmax_backward(const Middle& m, const T* y, const T* dy, T* dx) {
  detail::row_gradient(
      m, y, dy, dx, Work::functions(m.count), [](Doubles, Doubles g) { return g; },
      [](Doubles log_p, Doubles g, Doubles sum) {
        return g - detail::exp_below_1<T>(log_p) * sum;
      });
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
