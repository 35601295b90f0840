// Softmax and its logarithm along the middle dimension of x [outer, count, inner].
//
// The largest element of each row is taken off first, so that no exponential overflows. A task has
// whole rows, and each step runs over all elements of them in memory order: the exponentials, which
// cost most, are then vectors even for the three actions of a policy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/reduce.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/function.hpp>
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

/// y = x - max over the row, for one block [count, inner]; the maxima are left in `most` [inner].
template <class T, class Inner>
void subtract_maximum(Index count, Inner inner, const T* x, T* y, T* most) {
  if constexpr (!std::is_same_v<Inner, Index>) {  // Neighbours.
    const T largest = *most = largest_of_run(x, count);
    for (Index k = 0; k < count; ++k) y[k] = x[k] - largest;
    return;
  }
  for (Index i = 0; i < inner; ++i) most[i] = x[i];
  for (Index k = 1; k < count; ++k)
    for (Index i = 0; i < inner; ++i) most[i] = std::max(most[i], x[k * inner + i]);
  for (Index k = 0; k < count; ++k)
    for (Index i = 0; i < inner; ++i) y[k * inner + i] = x[k * inner + i] - most[i];
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

/// What a task knows of its rows, of which there are `blocks` times `inner`.
template <class T>
struct RowTask {
  Index begin, blocks;
  T *most, *sums;  ///< of each row: the largest element, and the sum of e^(x - largest)
  T* exps;         ///< memory for e^(x - largest), where it was asked for
};

/// Calls `body(inner, task)` for tasks that share the rows out, with `exps` or without.
template <class T, class Body>
void for_row_tasks(const Middle& m, bool with_exps, const Body& body) {
  const Index block = m.count * m.inner;
  if (block == 0) return;
  with_inner(m.inner, [&](auto inner) {
    const Work work = Work::functions(block);
    parallel_for(m.outer, softmax_grain(block), work, [&](Index begin, Index end) {
      thread_local Scratch<T> most, sums, exps;
      const Index blocks = end - begin, rows = blocks * inner;
      body(inner, RowTask<T>{begin, blocks, most(rows), sums(rows),
                             with_exps ? exps(blocks * block) : nullptr});
    });
  });
}

/// shifted = x - largest and exps = e^shifted for the blocks of a task, where both may be one
/// memory, with what the task knows of its rows.
template <class T, class Inner>
void exponentials(const Middle& m, Inner inner, const RowTask<T>& task, const T* x, T* shifted,
                  T* exps) {
  thread_local Scratch<double> sum_memory;
  double* const sums = sum_memory(inner);
  const Index block = m.count * inner;
  for (Index o = 0; o < task.blocks; ++o)
    subtract_maximum(m.count, inner, x + o * block, shifted + o * block, task.most + o * inner);
  apply<Function::exp>(task.blocks * block, shifted, exps);
  for (Index o = 0; o < task.blocks; ++o)
    sum_rows(m.count, inner, exps + o * block, task.sums + o * inner, sums);
}

/// y = op(y, number of its row) for the blocks of a task.
template <class T, class Inner, class Op>
void for_elements(const Middle& m, Inner inner, const RowTask<T>& task, const T* of_row, T* y,
                  const Op& op) {
  for (Index o = 0; o < task.blocks; ++o, y += m.count * inner, of_row += inner) {
    if constexpr (!std::is_same_v<Inner, Index>) {  // Neighbours.
      const T value = *of_row;
      for (Index k = 0; k < m.count; ++k) y[k] = op(y[k], value);
    } else {
      for (Index k = 0; k < m.count; ++k)
        for (Index i = 0; i < inner; ++i) y[k * inner + i] = op(y[k * inner + i], of_row[i]);
    }
  }
}

}  // namespace detail

/// y = exp(x) / sum over the row of exp(x).
template <class T>
void softmax(const Middle& m, const T* x, T* y) {
  detail::for_row_tasks<T>(m, false, [&](auto inner, const detail::RowTask<T>& task) {
    const Index first = task.begin * m.count * inner;
    detail::exponentials(m, inner, task, x + first, y + first, y + first);
    detail::for_elements(m, inner, task, task.sums, y + first, [](T e, T sum) { return e / sum; });
  });
}

/// y = x - log(sum over the row of exp(x)).
template <class T>
void log_softmax(const Middle& m, const T* x, T* y) {
  detail::for_row_tasks<T>(m, true, [&](auto inner, const detail::RowTask<T>& task) {
    const Index first = task.begin * m.count * inner;
    detail::exponentials(m, inner, task, x + first, y + first, task.exps);
    apply<Function::log>(task.blocks * inner, task.sums, task.sums);
    detail::for_elements(m, inner, task, task.sums, y + first,
                         [](T shifted, T log_sum) { return shifted - log_sum; });
  });
}

/// y[o, i] = log(sum over k of exp(x[o, k, i])), as [outer, inner], of count > 0 elements: of -inf
/// alone it is -inf, inf among them makes it inf, and NaN makes it NaN.
template <class T>
void log_sum_exp(const Middle& m, const T* x, T* y) {
  detail::for_row_tasks<T>(m, true, [&](auto inner, const detail::RowTask<T>& task) {
    const Index block = m.count * inner;
    const T* const in = x + task.begin * block;
    detail::exponentials(m, inner, task, in, task.exps, task.exps);
    apply<Function::log>(task.blocks * inner, task.sums, task.sums);
    T* const out = y + task.begin * inner;
    for (Index r = 0; r < task.blocks * inner; ++r) {
      const T most = task.most[r];
      out[r] = std::isfinite(most) ? most + task.sums[r] : most;
      if (std::isfinite(most)) continue;
      const T* const row = in + r / inner * block + r % inner;
      for (Index k = 0; k < m.count; ++k)
        if (const T v = row[k * inner]; is_nan(v)) out[r] = v;
    }
  });
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
