// Copies between a tensor and every step-th row of another: what slice and cat are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/runs.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Rows start, start + step, ... of a middle dimension.
struct Rows {
  Index start = 0, step = 1;
};

/// to[k to_step] = from[k from_step].
template <class T>
void copy_steps(Index count, const T* __restrict from, Index from_step, T* __restrict to,
                Index to_step) {
  if (from_step == 1 && to_step == 1)
    copy_run(from, count, to);
  else if (from_step == -1 && to_step == 1)
    std::reverse_copy(from - (count - 1), from + 1, to);
  else if (to_step == 1)
    for (Index k = 0; k < count; ++k) to[k] = from[k * from_step];
  else
    for (Index k = 0; k < count; ++k) to[k * to_step] = from[k * from_step];
}

/// y[o, to.start + r to.step, i] = x[o, from.start + r from.step, i], for r < m.count, where x has
/// `x_count` rows and y has `y_count`. Rows that lie together in both are copied together.
template <class T>
void copy_rows(const T* x, Index x_count, Rows from, T* y, Index y_count, Rows to, Middle m) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;  // The others may be any number then.
  if (m.count == 1) from.step = to.step = 1;  // A step that is not taken may be any number.
  const StridedLoop<2> loop({m.outer, m.count, m.inner},
                            {Strides{x_count * m.inner, from.step * m.inner, 1},
                             Strides{y_count * m.inner, to.step * m.inner, 1}});
  const Index from_step = loop.inner()[0], to_step = loop.inner()[1];
  const T* const source = x + from.start * m.inner;
  T* const target = y + to.start * m.inner;
  loop.for_each_run([=](Index, const std::array<Index, 2>& at, Index count) {
    copy_steps(count, source + at[0], from_step, target + at[1], to_step);
  });
}

/// y[o, r, i] = x[o, start + r step, i], for y of the middle `m` and x with `x_count` rows.
template <class T>
void read_rows(const T* x, Index x_count, Rows rows, T* y, Middle m) {
  copy_rows(x, x_count, rows, y, m.count, {}, m);
}

/// y[o, start + r step, i] = x[o, r, i], for x of the middle `m` and y with `y_count` rows.
template <class T>
void write_rows(const T* x, Middle m, T* y, Index y_count, Rows rows) {
  copy_rows(x, m.count, {}, y, y_count, rows, m);
}

/// The same, and 0 in the other rows of y.
template <class T>
void embed_rows(const T* x, Middle m, T* y, Index y_count, Rows rows) {
  const Index part = m.count * m.inner, whole = y_count * m.inner;
  constexpr Index many = 16;  // enough for any number of threads that gains from it
  if (m.outer < many || part == 0 || (rows.step != 1 && m.count > 1)) {
    if (whole > 0) clear(y, m.outer * whole);
    return write_rows(x, m, y, y_count, rows);
  }
  // Each element is written once.
  parallel_for(m.outer, 1 + elements_per_chunk / whole, Work::elements(2 * whole),
               [=](Index begin, Index end) {
                 const Index start = rows.start * m.inner;
                 for (Index o = begin; o < end; ++o) {
                   T* const to = y + o * whole;
                   fill_run(to, start, T{0});
                   copy_run(x + o * part, part, to + start);
                   fill_run(to + start + part, whole - start - part, T{0});
                 }
               });
}

/// y[o, (r + shift) mod m.count, i] = x[o, r, i], for 0 < shift < m.count.
template <class T>
void roll_rows(const T* x, Middle m, Index shift, T* y) {
  const Index stay = m.count - shift;
  copy_rows(x, m.count, {}, y, m.count, {shift, 1}, {m.outer, stay, m.inner});
  copy_rows(x, m.count, {stay, 1}, y, m.count, {}, {m.outer, shift, m.inner});
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
