// Running sums and products along a dimension. Those of floats are taken in double, in order: the
// same bits for any number of threads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/scratch.hpp>
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

namespace detail {

/// Calls `column(start)` for the place in memory at which each column of the middle begins, on any
/// thread. Neighbouring columns are taken together: they share their cache lines.
template <class Column>
void for_each_column(Middle m, Index work, const Column& column) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  parallel_for(m.outer * m.inner, std::max<Index>(16, elements_per_chunk / m.count),
               Work::elements(work * m.count), [&](Index begin, Index end) {
                 for (Index c = begin; c < end; ++c)
                   column(c / m.inner * m.count * m.inner + c % m.inner);
               });
}

}  // namespace detail

/// y[o, r, i] = the product of x[o, k, i] over k <= r.
template <class T>
void cumulative_product(const T* x, Middle m, T* y) {
  detail::for_each_column(m, 16, [=](Index start) {
    double product = 1;
    const Index step = m.inner;
    for (Index k = 0, at = start; k < m.count; ++k, at += step)
      y[at] = static_cast<T>(product *= static_cast<double>(x[at]));
  });
}

/// The gradient of cumulative_product, without a division:
///   dx_i = (product of x_j, j < i) s_i,  s_i = sum over k >= i of dy_k (product of x_j, i < j <=
///   k) s_i = dy_i + x_(i + 1) s_(i + 1)
template <class T>
void cumulative_product_gradient(const T* x, Middle m, const T* dy, T* dx) {
  detail::for_each_column(m, 32, [=](Index start) {
    thread_local Scratch<double> memory;
    double* const before = memory(m.count);
    const Index step = m.inner;
    double product = 1, sum = 0;
    for (Index k = 0, at = start; k < m.count; ++k, at += step) {
      before[k] = product;
      product *= static_cast<double>(x[at]);
    }
    for (Index k = m.count, at = start + m.count * step; k-- > 0;) {
      // Of the last one there is nothing behind, whatever x is.
      const double behind = k + 1 < m.count ? static_cast<double>(x[at]) * sum : 0;
      at -= step;
      sum = static_cast<double>(dy[at]) + behind;
      dx[at] = static_cast<T>(before[k] * sum);
    }
  });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
