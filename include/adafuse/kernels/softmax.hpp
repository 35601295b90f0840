// Softmax and its logarithm along the middle dimension of x [outer, count, inner].
//
// The largest element of each row is taken off first, so that no exponential overflows. A task has
// whole rows. Long rows of neighbours go through their exponentials, the sum and the quotient one
// after another, while they are in L1. Of others each step runs over all elements of a task in
// memory order: the exponentials, which cost most, are then vectors even for the three actions of a
// policy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <cmath>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/row_vectors.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/function.hpp>
#include <algorithm>
#include <type_traits>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void softmax(const Middle& m, const T* x, T* y, double* logsumexp = nullptr) {
  compiled::kernels_of<T>().softmax(m, x, y, logsumexp);
}
template <class T>
void log_softmax(const Middle& m, const T* x, T* y) {
  compiled::kernels_of<T>().log_softmax(m, x, y);
}
template <class T>
void row_logarithms(const Middle& m, const T* x, T* largest, double* log_sums) {
  compiled::kernels_of<T>().row_logarithms(m, x, largest, log_sums);
}
template <class T>
void scaled_softmax(const Middle& m, const T* x, const T* largest, const double* log_sums,
                    const double* factors, const double* offsets, T* y) {
  compiled::kernels_of<T>().scaled_softmax(m, x, largest, log_sums, factors, offsets, y);
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

/// Whether the rows of a middle are runs of neighbours that fill vectors.
inline bool has_long_rows(const Middle& m) { return m.inner == 1 && m.count >= strands_of_sums; }

/// The largest of `count` neighbours; of those with a NaN, any of them or NaN.
template <class T>
T largest_of_run(const T* x, Index count) {
  using Vector = std::conditional_t<std::is_same_v<T, float>, Floats, Doubles>;
  const auto larger = [](Vector a, Vector b) {
    if constexpr (std::is_same_v<T, float>)
      return max(a, b);
    else
      return select(a < b, b, a);
  };
  constexpr Index width = Vector::width, vectors = 4;
  T most = x[0];
  if (count < width) {
    for (Index k = 1; k < count; ++k) most = most < x[k] ? x[k] : most;
    return most;
  }
  Vector best[Bound{vectors}];
  for (Vector& v : best) v = Vector::load(x);
  Index k = width;
  for (; k + vectors * width <= count; k += vectors * width)
#pragma GCC unroll 4
    for (Index v = 0; v < vectors; ++v) best[v] = larger(Vector::load(x + k + v * width), best[v]);
  // The last vectors may overlap: what comes twice is no larger.
  for (; k < count; k += width)
    best[0] = larger(Vector::load(x + std::min(k, count - width)), best[0]);
  T lanes[Bound{width}];
  larger(larger(best[0], best[1]), larger(best[2], best[3])).store(lanes);
  for (const T lane : lanes) most = most < lane ? lane : most;
  return most;
}

/// e^x for x <= 0, as doubles that are yet to be added or multiplied: of floats too it is 0 only
/// where a product with a float is.
template <class T>
[[gnu::always_inline]] inline Doubles exp_below_1(Doubles x) {
  if constexpr (std::is_same_v<T, float>)
    return select(x < -700, 0.0, vectors::exp_of_float(bounded(x, -700, 0)));
  else
    return vectors::exp<T>(x);
}

/// The sum over a row of e^(x - largest), which are stored to `exps` where that is not null.
template <bool stores, class T>
double sum_of_exponentials(const T* x, Index count, T largest, T* exps) {
  const Doubles most = Doubles::of(static_cast<double>(largest));
  return sum_of_vectors(
      count, [&](Index k, auto n) __attribute__((always_inline)) {
        const Doubles e = exp_below_1<T>(load_first(x + k, n) - most);
        if constexpr (stores) store_first(e, exps + k, n);
        return e;
      });
}

/// Calls `body(row)` for rows of neighbours, which tasks share out.
template <class Body>
void for_long_rows(const Middle& m, const Body& body) {
  parallel_for(m.outer, softmax_grain(std::max<Index>(m.count, 1)), Work::functions(m.count),
               [&](Index begin, Index end) {
                 for (Index row = begin; row < end; ++row) body(row);
               });
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
    for (Index i = 0; i < inner; ++i) {
      const T v = x[k * inner + i];
      most[i] = most[i] < v ? v : most[i];
    }
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

/// y = exp(x) / sum over the row of exp(x), which may be x. Writes the logarithm of that sum,
/// [outer, inner], where it is asked for.
template <class T>
void softmax(const Middle& m, const T* x, T* y, double* logsumexp = nullptr) {
  if (detail::has_long_rows(m)) {
    detail::for_long_rows(m, [&](Index row) {
      const T* const in = x + row * m.count;
      T* const out = y + row * m.count;
      const T most = detail::largest_of_run(in, m.count);
      const double sum = detail::sum_of_exponentials<true>(in, m.count, most, out);
      if (logsumexp) {
        apply<Function::log>(1, &sum, logsumexp + row);
        logsumexp[row] += static_cast<double>(most);
      }
      if constexpr (std::is_same_v<T, float>) {
        const Doubles inverse = Doubles::of(1 / sum);
        for_vectors(m.count, [&](Index k, auto n) {
          store_first(load_first(out + k, n) * inverse, out + k, n);
        });
      } else {
        for (Index k = 0; k < m.count; ++k) out[k] /= sum;
      }
    });
    return;
  }
  detail::for_row_tasks<T>(m, false, [&](auto inner, const detail::RowTask<T>& task) {
    const Index first = task.begin * m.count * inner;
    detail::exponentials(m, inner, task, x + first, y + first, y + first);
    detail::for_elements(m, inner, task, task.sums, y + first, [](T e, T sum) { return e / sum; });
    if (!logsumexp) return;
    const Index rows = task.blocks * inner;
    double* const logs = logsumexp + task.begin * inner;
    std::copy_n(task.sums, rows, logs);
    apply<Function::log>(rows, logs, logs);
    for (Index r = 0; r < rows; ++r) logs[r] += static_cast<double>(task.most[r]);
  });
}

/// y = x - log(sum over the row of exp(x)).
template <class T>
void log_softmax(const Middle& m, const T* x, T* y) {
  if (detail::has_long_rows(m)) {
    detail::for_long_rows(m, [&](Index row) {
      const T* const in = x + row * m.count;
      T* const out = y + row * m.count;
      const T most = detail::largest_of_run(in, m.count);
      double log_sum = detail::sum_of_exponentials<false, T>(in, m.count, most, nullptr);
      apply<Function::log>(1, &log_sum, &log_sum);
      const Doubles largest = Doubles::of(static_cast<double>(most));
      for_vectors(m.count, [&](Index k, auto n) {
        store_first((load_first(in + k, n) - largest) - log_sum, out + k, n);
      });
    });
    return;
  }
  detail::for_row_tasks<T>(m, true, [&](auto inner, const detail::RowTask<T>& task) {
    const Index first = task.begin * m.count * inner;
    detail::exponentials(m, inner, task, x + first, y + first, task.exps);
    apply<Function::log>(task.blocks * inner, task.sums, task.sums);
    detail::for_elements(m, inner, task, task.sums, y + first,
                         [](T shifted, T log_sum) { return shifted - log_sum; });
  });
}

/// Of each row, as [outer, inner]: its largest x, and log(sum over the row of exp(x - largest)).
/// x - largest - log_sum is log_softmax. Rows have elements.
template <class T>
void row_logarithms(const Middle& m, const T* x, T* largest, double* log_sums) {
  if (detail::has_long_rows(m)) {
    detail::for_long_rows(m, [&](Index row) {
      const T* const in = x + row * m.count;
      largest[row] = detail::largest_of_run(in, m.count);
      double& log_sum = log_sums[row];
      log_sum = detail::sum_of_exponentials<false, T>(in, m.count, largest[row], nullptr);
      apply<Function::log>(1, &log_sum, &log_sum);
    });
    return;
  }
  detail::for_row_tasks<T>(m, true, [&](auto inner, const detail::RowTask<T>& task) {
    const Index first = task.begin * inner, rows = task.blocks * inner;
    detail::exponentials(m, inner, task, x + first * m.count, task.exps, task.exps);
    std::copy_n(task.most, rows, largest + first);
    std::copy_n(task.sums, rows, log_sums + first);
    apply<Function::log>(rows, log_sums + first, log_sums + first);
  });
}

/// y = factor e^(x - largest - log_sum) - offset, with the factor and the offset of each row and
/// what row_logarithms says of it: the softmax, scaled and moved. e^-inf is 0.
template <class T>
void scaled_softmax(const Middle& m, const T* x, const T* largest, const double* log_sums,
                    const double* factors, const double* offsets, T* y) {
  const auto run = [=](Index count, const T* from, auto most, auto log_sum, auto factor,
                       auto offset, T* to) __attribute__((always_inline)) {
    for_vectors(count, [&](Index i, auto n) {
      const Doubles log_p = (load_first(from + i, n) - most(i, n)) - log_sum(i, n);
      store_first(factor(i, n) * detail::exp_below_1<T>(log_p) - offset(i, n), to + i, n);
    });
  };
  const auto all = [](auto v) {
    return [v = Doubles::of(static_cast<double>(v))](Index, auto) { return v; };
  };
  const auto each = [](const auto* v) {
    return [v](Index i, auto n) { return load_first(v + i, n); };
  };
  if (m.inner == 1) {
    detail::for_long_rows(m, [&](Index r) {
      run(m.count, x + r * m.count, all(largest[r]), all(log_sums[r]), all(factors[r]),
          all(offsets[r]), y + r * m.count);
    });
    return;
  }
  parallel_for(m.outer * m.count, 1 + 4096 / std::max<Index>(m.inner, 1), Work::functions(m.inner),
               [&](Index begin, Index end) {
                 for (Index k = begin; k < end; ++k) {
                   const Index first = k / m.count * m.inner;
                   run(m.inner, x + k * m.inner, each(largest + first), each(log_sums + first),
                       each(factors + first), each(offsets + first), y + k * m.inner);
                 }
               });
}

#endif

/// y[o, i] = log(sum over k of exp(x[o, k, i])), as [outer, inner], of count > 0 elements: of -inf
/// alone it is -inf, inf among them makes it inf, and NaN makes it NaN. The two numbers of
/// row_logarithms, whose sum it is where they are finite, are left in `largest` and `log_sums`.
template <class T>
void log_sum_exp(const Middle& m, const T* x, T* largest, double* log_sums, T* y) {
  row_logarithms(m, x, largest, log_sums);
  for (Index r = 0; r < m.outer * m.inner; ++r) {
    const T most = largest[r];
    if (std::isfinite(most)) {
      y[r] = static_cast<T>(static_cast<double>(most) + log_sums[r]);
      continue;
    }
    y[r] = most;
    const T* const row = x + r / m.inner * m.count * m.inner + r % m.inner;
    for (Index k = 0; k < m.count; ++k)
      if (const T v = row[k * m.inner]; is_nan(v)) y[r] = v;
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
