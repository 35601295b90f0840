// Copies between a tensor and every step-th row of another: what slice and cat are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Rows start, start + step, ... of a middle dimension.
struct Rows {
  Index start = 0, step = 1;
};

namespace detail {

/// Calls `run(o, first, count)` for rows first, first + 1, ... of outer position o, on any thread,
/// where each row is one element.
template <class Run>
void for_each_run_of_rows(Middle m, const Run& run) {
  parallel_for(m.outer * m.count, elements_per_chunk, Work::elements(2),
               [&run, m](Index begin, Index end) {
                 while (begin < end) {
                   const Index o = begin / m.count, first = begin - o * m.count;
                   const Index count = std::min(end - begin, m.count - first);
                   run(o, first, count);
                   begin += count;
                 }
               });
}

/// to[k to_step] = from[k from_step].
template <class T>
void copy_steps(Index count, const T* __restrict from, Index from_step, T* __restrict to,
                Index to_step) {
  if (from_step == 1 && to_step == 1)
    std::copy_n(from, count, to);
  else if (from_step == -1 && to_step == 1)
    std::reverse_copy(from - (count - 1), from + 1, to);
  else if (to_step == 1)
    for (Index k = 0; k < count; ++k) to[k] = from[k * from_step];
  else
    for (Index k = 0; k < count; ++k) to[k * to_step] = from[k * from_step];
}

}  // namespace detail

/// y[o, r, i] = x[o, start + r step, i], for y of the middle `m` and x with `x_count` rows.
template <class T>
void read_rows(const T* x, Index x_count, Rows rows, T* y, Middle m) {
  if (m.inner == 0) return;  // There may be any number of empty rows.
  if (m.inner == 1)
    return detail::for_each_run_of_rows(m, [=](Index o, Index first, Index count) {
      const T* const from = x + o * x_count + rows.start + first * rows.step;
      T* const to = y + o * m.count + first;
      detail::copy_steps(count, from, rows.step, to, Index{1});
    });
  parallel_for(m.outer * m.count, elements_per_chunk / std::max<Index>(m.inner, 1),
               Work::elements(m.inner + 8), [=](Index begin, Index end) {
                 for (Index j = begin; j < end; ++j) {
                   const Index o = j / m.count, r = rows.start + j % m.count * rows.step;
                   std::copy_n(x + (o * x_count + r) * m.inner, m.inner, y + j * m.inner);
                 }
               });
}

/// y[o, start + r step, i] = x[o, r, i], for x of the middle `m` and y with `y_count` rows.
template <class T>
void write_rows(const T* x, Middle m, T* y, Index y_count, Rows rows) {
  if (m.inner == 0) return;  // There may be any number of empty rows.
  if (m.inner == 1)
    return detail::for_each_run_of_rows(m, [=](Index o, Index first, Index count) {
      T* const to = y + o * y_count + rows.start + first * rows.step;
      detail::copy_steps(count, x + o * m.count + first, Index{1}, to, rows.step);
    });
  parallel_for(m.outer * m.count, elements_per_chunk / std::max<Index>(m.inner, 1),
               Work::elements(m.inner + 8), [=](Index begin, Index end) {
                 for (Index j = begin; j < end; ++j) {
                   const Index o = j / m.count, r = rows.start + j % m.count * rows.step;
                   std::copy_n(x + j * m.inner, m.inner, y + (o * y_count + r) * m.inner);
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
