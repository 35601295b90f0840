// The order of the elements along a dimension, as positions. Equal elements keep their order, and a
// NaN is larger than any number.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[o, k, i] = which of x[o, 0 ... count - 1, i] is number k in rising order, or in falling order,
/// for k < `most` <= count.
template <class T>
void sorted_positions(const T* x, Middle m, Index most, bool descending, std::int64_t* y) {
  if (m.outer == 0 || m.inner == 0 || most == 0) return;
  struct Element {
    T value;
    Index at;
  };
  const auto less = [](T a, T b) { return a < b || (is_nan(b) && !is_nan(a)); };
  const auto before = [=](const Element& a, const Element& b) {
    if (descending ? less(b.value, a.value) : less(a.value, b.value)) return true;
    if (descending ? less(a.value, b.value) : less(b.value, a.value)) return false;
    return a.at < b.at;
  };
  parallel_for(m.outer * m.inner, 1 + elements_per_chunk / 8 / m.count,
               Work::functions(4 * m.count), [=](Index begin, Index end) {
                 std::vector<Element> row(static_cast<std::size_t>(m.count));
                 for (Index j = begin; j < end; ++j) {
                   const Index o = j / m.inner, i = j % m.inner;
                   for (Index k = 0; k < m.count; ++k)
                     row[static_cast<std::size_t>(k)] = {x[(o * m.count + k) * m.inner + i], k};
                   const auto last = row.begin() + most;
                   if (most < m.count / 8) {  // Few are found while the rest is only looked at.
                     std::partial_sort(row.begin(), last, row.end(), before);
                   } else {
                     if (most < m.count) std::nth_element(row.begin(), last, row.end(), before);
                     std::sort(row.begin(), last, before);
                   }
                   for (Index k = 0; k < most; ++k)
                     y[(o * most + k) * m.inner + i] = row[static_cast<std::size_t>(k)].at;
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
