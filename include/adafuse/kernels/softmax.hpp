// Softmax and its logarithm along the middle dimension of x [outer, count, inner].
//
// The largest element of each row is taken off first, so that no exponential overflows. A task has
// whole rows, and each step runs over all elements of them in memory order: the exponentials, which
// cost most, are then vectors even for the three actions of a policy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/reduce.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/exp.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <cmath>
#include <type_traits>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void softmax(const Middle& m, const T* x, T* y) {
  compiled::kernels_of<T>().softmax(m, x, y);
}
template <class T>
void log_softmax(const Middle& m, const T* x, T* y) {
  compiled::kernels_of<T>().log_softmax(m, x, y);
}
template <class T>
void log_sum_exp(const Middle& m, const T* x, T* y) {
  compiled::kernels_of<T>().log_sum_exp(m, x, y);
}
#else

namespace detail {

/// Blocks that one task has: some 4k exponentials.
inline Index softmax_grain(Index block) { return 1 + 4096 / block; }

/// Calls `body(inner)` with the common case of contiguous rows as a constant.
template <class Body>
void with_inner(Index inner, const Body& body) {
  if (inner == 1) return body(std::integral_constant<Index, 1>());
  body(inner);
}

/// The largest of `count` neighbours, in strands; NaN, or the largest of what is not, where one is.
template <class T>
T largest_of_run(const T* x, Index count) {
  constexpr Index strands = 32;
  T best[strands];
  std::fill_n(best, strands, x[0]);
  Index k = 0;
  for (; k + strands <= count; k += strands)
    for (Index s = 0; s < strands; ++s) best[s] = std::max(best[s], x[k + s]);
  T most = x[0];
  for (; k < count; ++k) most = std::max(most, x[k]);
  for (const T v : best) most = std::max(most, v);
  return most;
}

/// y = x - max over the row, for one block [count, inner]; the maxima are left in `row` [inner].
template <class T, class Inner>
void subtract_maximum(Index count, Inner inner, const T* x, T* y, T* row) {
  if constexpr (!std::is_same_v<Inner, Index>) {  // Neighbours.
    const T most = *row = largest_of_run(x, count);
    for (Index k = 0; k < count; ++k) y[k] = x[k] - most;
    return;
  }
  for (Index i = 0; i < inner; ++i) row[i] = x[i];
  for (Index k = 1; k < count; ++k)
    for (Index i = 0; i < inner; ++i) row[i] = std::max(row[i], x[k * inner + i]);
  for (Index k = 0; k < count; ++k)
    for (Index i = 0; i < inner; ++i) y[k * inner + i] = x[k * inner + i] - row[i];
}

/// row = sum of x over the row. `T` adds up few terms; sums of these are taken in double, for which
/// `sums` has `inner` elements.
template <class T, class Inner>
void sum_rows(Index count, Inner inner, const T* x, T* row, double* sums) {
  constexpr Index few = 128;
  const auto add_up = [&](Index begin, Index end) {
    for (Index i = 0; i < inner; ++i) row[i] = x[begin * inner + i];
    for (Index k = begin + 1; k < end; ++k)
      for (Index i = 0; i < inner; ++i) row[i] += x[k * inner + i];
  };
  if (count <= few) return add_up(0, count);
  if constexpr (!std::is_same_v<Inner, Index>) {  // Neighbours.
    *row = static_cast<T>(sum_run(x, count));
    return;
  }
  std::fill_n(sums, static_cast<Index>(inner), 0.0);
  for (Index k = 0; k < count; k += few) {
    add_up(k, std::min(k + few, count));
    for (Index i = 0; i < inner; ++i) sums[i] += static_cast<double>(row[i]);
  }
  for (Index i = 0; i < inner; ++i) row[i] = static_cast<T>(sums[i]);
}

}  // namespace detail

/// y = exp(x) / sum over the row of exp(x).
template <class T>
void softmax(const Middle& m, const T* x, T* y) {
  const Index block = m.count * m.inner;
  if (block == 0) return;
  detail::with_inner(m.inner, [&](auto inner) {
    const Work work = Work::functions(block);
    parallel_for(m.outer, detail::softmax_grain(block), work, [&](Index begin, Index end) {
      thread_local Scratch<T> memory;
      thread_local Scratch<double> sum_memory;
      T* row = memory(inner);
      double* sums = sum_memory(inner);
      for (Index o = begin; o < end; ++o)
        detail::subtract_maximum(m.count, inner, x + o * block, y + o * block, row);
      exp_in_place(y + begin * block, (end - begin) * block);
      for (Index o = begin; o < end; ++o) {
        T* out = y + o * block;
        detail::sum_rows(m.count, inner, out, row, sums);
        if constexpr (!std::is_same_v<decltype(inner), Index>) {
          const T sum = *row;
          for (Index k = 0; k < m.count; ++k) out[k] /= sum;
        } else {
          for (Index k = 0; k < m.count; ++k)
            for (Index i = 0; i < inner; ++i) out[k * inner + i] /= row[i];
        }
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
    const Work work = Work::functions(block);
    parallel_for(m.outer, detail::softmax_grain(block), work, [&](Index begin, Index end) {
      thread_local Scratch<T> row_memory, exp_memory;
      thread_local Scratch<double> sum_memory;
      T* row = row_memory(inner);
      double* sums = sum_memory(inner);
      T* exps = exp_memory((end - begin) * block);
      for (Index o = begin; o < end; ++o)
        detail::subtract_maximum(m.count, inner, x + o * block, y + o * block, row);
      std::copy_n(y + begin * block, (end - begin) * block, exps);
      exp_in_place(exps, (end - begin) * block);
      for (Index o = begin; o < end; ++o) {
        T* out = y + o * block;
        detail::sum_rows(m.count, inner, exps + (o - begin) * block, row, sums);
        for (Index i = 0; i < inner; ++i) row[i] = std::log(row[i]);
        for (Index k = 0; k < m.count; ++k)
          for (Index i = 0; i < inner; ++i) out[k * inner + i] -= row[i];
      }
    });
  });
}

/// y[o, i] = log(sum over k of exp(x[o, k, i])), as [outer, inner], of count > 0 elements: of -inf
/// alone it is -inf, inf among them makes it inf, and NaN makes it NaN.
template <class T>
void log_sum_exp(const Middle& m, const T* x, T* y) {
  const Index block = m.count * m.inner;
  if (block == 0) return;
  detail::with_inner(m.inner, [&](auto inner) {
    const Work work = Work::functions(block);
    parallel_for(m.outer, detail::softmax_grain(block), work, [&](Index begin, Index end) {
      thread_local Scratch<T> row_memory, exp_memory;
      thread_local Scratch<double> sum_memory;
      T* row = row_memory(inner);
      double* sums = sum_memory(inner);
      T* exps = exp_memory((end - begin) * block);
      for (Index o = begin; o < end; ++o)
        detail::subtract_maximum(m.count, inner, x + o * block, exps + (o - begin) * block,
                                 y + o * inner);
      exp_in_place(exps, (end - begin) * block);
      for (Index o = begin; o < end; ++o) {
        detail::sum_rows(m.count, inner, exps + (o - begin) * block, row, sums);
        for (Index i = 0; i < inner; ++i) {
          T& most = y[o * inner + i];
          if (std::isfinite(most)) {
            most += std::log(row[i]);
            continue;
          }
          for (Index k = 0; k < m.count; ++k)
            if (const T v = x[o * block + k * inner + i]; v != v) most = v;
        }
      }
    });
  });
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
