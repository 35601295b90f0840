// The naive twins of slice.hpp: element by element.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/slice.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y(o, r, i) = x(o, start + r step, i), for y of the middle `m` and x with `x_count` rows.
template <class T>
void read_rows(const T* x, Index x_count, Rows rows, T* y, Middle m) {
  const View<const T, 3> in(x, {m.outer, x_count, m.inner});
  const View<T, 3> out(y, {m.outer, m.count, m.inner});
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < m.count; ++r)
      for (Index i = 0; i < m.inner; ++i) out(o, r, i) = in(o, rows.start + r * rows.step, i);
}

/// y(o, start + r step, i) = x(o, r, i), for x of the middle `m` and y with `y_count` rows.
template <class T>
void write_rows(const T* x, Middle m, T* y, Index y_count, Rows rows) {
  const View<const T, 3> in(x, {m.outer, m.count, m.inner});
  const View<T, 3> out(y, {m.outer, y_count, m.inner});
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < m.count; ++r)
      for (Index i = 0; i < m.inner; ++i) out(o, rows.start + r * rows.step, i) = in(o, r, i);
}

/// The same, and 0 in the other rows of y.
template <class T>
void embed_rows(const T* x, Middle m, T* y, Index y_count, Rows rows) {
  std::fill_n(y, m.outer * y_count * m.inner, T{0});
  reference::write_rows(x, m, y, y_count, rows);
}

/// y(o, (r + shift) mod m.count, i) = x(o, r, i).
template <class T>
void roll_rows(const T* x, Middle m, Index shift, T* y) {
  const View<const T, 3> in(x, {m.outer, m.count, m.inner});
  const View<T, 3> out(y, {m.outer, m.count, m.inner});
  for (Index o = 0; o < m.outer; ++o)
    for (Index r = 0; r < m.count; ++r)
      for (Index i = 0; i < m.inner; ++i) out(o, (r + shift) % m.count, i) = in(o, r, i);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
