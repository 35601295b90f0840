// Copies between a tensor and every step-th row of another: what slice and cat are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Rows start, start + step, ... of a middle dimension.
struct Rows {
  Index start = 0, step = 1;
};

/// y[o, r, i] = x[o, start + r step, i], for y of the middle `m` and x with `x_count` rows.
template <class T>
void read_rows(const T* x, Index x_count, Rows rows, T* y, Middle m) {
  if (m.inner == 0) return;  // There may be any number of empty rows.
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
  parallel_for(m.outer * m.count, elements_per_chunk / std::max<Index>(m.inner, 1),
               Work::elements(m.inner + 8), [=](Index begin, Index end) {
                 for (Index j = begin; j < end; ++j) {
                   const Index o = j / m.count, r = rows.start + j % m.count * rows.step;
                   std::copy_n(x + j * m.inner, m.inner, y + (o * y_count + r) * m.inner);
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
