// Softmax and its logarithm along the middle dimension of x [outer, count, inner].
//
// The largest element of each row is taken off first, so that no exponential overflows. A task has
// whole rows, and each step runs over all elements of them in memory order: the exponentials, which
// cost most, are then vectors even for the three actions of a policy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

namespace detail {

/// Blocks that one task has: some 4k exponentials.
inline Index softmax_grain(Index block) { return 1 + 4096 / block; }

/// Calls `body(inner)` with the common case of contiguous rows as a constant.
template <class Body>
void with_inner(Index inner, const Body& body) {
  if (inner == 1) return body(std::integral_constant<Index, 1>());
  body(inner);
}

/// y = x - max over the row, for one block [count, inner]; `row` has `inner` elements of scratch.
template <class T, class Inner>
void subtract_maximum(Index count, Inner inner, const T* x, T* y, T* row) {
  for (Index i = 0; i < inner; ++i) row[i] = x[i];
  for (Index k = 1; k < count; ++k)
    for (Index i = 0; i < inner; ++i) row[i] = std::max(row[i], x[k * inner + i]);
  for (Index k = 0; k < count; ++k)
    for (Index i = 0; i < inner; ++i) y[k * inner + i] = x[k * inner + i] - row[i];
}

/// row = sum of x over the row.
template <class T, class Inner>
void sum_rows(Index count, Inner inner, const T* x, T* row) {
  for (Index i = 0; i < inner; ++i) row[i] = x[i];
  for (Index k = 1; k < count; ++k)
    for (Index i = 0; i < inner; ++i) row[i] += x[k * inner + i];
}

}  // namespace detail

/// y = exp(x) / sum over the row of exp(x).
template <class T>
void softmax(const Middle& m, const T* x, T* y) {
  const Index block = m.count * m.inner;
  if (block == 0) return;
  detail::with_inner(m.inner, [&](auto inner) {
    parallel_for(m.outer, detail::softmax_grain(block), [&](Index begin, Index end) {
      thread_local Scratch<T> memory;
      T* row = memory(inner);
      for (Index o = begin; o < end; ++o)
        detail::subtract_maximum(m.count, inner, x + o * block, y + o * block, row);
      ArrayMap<T> flat(y + begin * block, (end - begin) * block);
      flat = flat.exp();
      for (Index o = begin; o < end; ++o) {
        T* out = y + o * block;
        detail::sum_rows(m.count, inner, out, row);
        for (Index k = 0; k < m.count; ++k)
          for (Index i = 0; i < inner; ++i) out[k * inner + i] /= row[i];
      }
    });
  });
}

/// y = x - log(sum over the row of exp(x)).
template <class T>
void log_softmax(const Middle& m, const T* x, T* y) {
  const Index block = m.count * m.inner;
  if (block == 0) return;
  detail::with_inner(m.inner, [&](auto inner) {
    parallel_for(m.outer, detail::softmax_grain(block), [&](Index begin, Index end) {
      thread_local Scratch<T> row_memory, exp_memory;
      T* row = row_memory(inner);
      T* exps = exp_memory((end - begin) * block);
      for (Index o = begin; o < end; ++o)
        detail::subtract_maximum(m.count, inner, x + o * block, y + o * block, row);
      ArrayMap<T>(exps, (end - begin) * block) =
          ArrayMap<T>(y + begin * block, (end - begin) * block).exp();
      for (Index o = begin; o < end; ++o) {
        T* out = y + o * block;
        detail::sum_rows(m.count, inner, exps + (o - begin) * block, row);
        for (Index i = 0; i < inner; ++i) row[i] = std::log(row[i]);
        for (Index k = 0; k < m.count; ++k)
          for (Index i = 0; i < inner; ++i) out[k * inner + i] -= row[i];
      }
    });
  });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
