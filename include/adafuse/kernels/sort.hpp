// The order of the elements along a dimension, as positions. Equal elements keep their order, and a
// NaN is larger than any number.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <algorithm>
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
  // Few of many are found while the rest is only looked at: a heap whose top is the last of the
  // best so far. What is equal to it comes behind it.
  const auto first_few = [=](const T* from, std::vector<Element>& best) {
    const auto better = [=](T a, T b) { return descending ? less(b, a) : less(a, b); };
    best.clear();
    for (Index k = 0; k < most; ++k) best.push_back({from[k * m.inner], k});
    std::make_heap(best.begin(), best.end(), before);
    constexpr Index block = 16;
    for (Index first = most; first < m.count; first += block) {
      const Index last = std::min(first + block, m.count);
      const T worst = best.front().value;
      int any = 0;
      for (Index k = first; k < last; ++k) any |= better(from[k * m.inner], worst) ? 1 : 0;
      if (any == 0) continue;
      for (Index k = first; k < last; ++k) {
        const T value = from[k * m.inner];
        if (!better(value, best.front().value)) continue;
        std::pop_heap(best.begin(), best.end(), before);
        best.back() = {value, k};
        std::push_heap(best.begin(), best.end(), before);
      }
    }
    std::sort_heap(best.begin(), best.end(), before);
  };
  parallel_for(m.outer * m.inner, 1 + elements_per_chunk / 8 / m.count,
               Work::functions(4 * m.count), [=](Index begin, Index end) {
                 std::vector<Element> row;
                 row.reserve(static_cast<std::size_t>(m.count));
                 for (Index j = begin; j < end; ++j) {
                   const Index o = j / m.inner, i = j % m.inner;
                   const T* const from = x + o * m.count * m.inner + i;
                   if (most < m.count / 8) {
                     first_few(from, row);
                   } else {
                     row.clear();
                     for (Index k = 0; k < m.count; ++k) row.push_back({from[k * m.inner], k});
                     const auto last = row.begin() + most;
                     if (most < m.count) std::nth_element(row.begin(), last, row.end(), before);
                     std::sort(row.begin(), last, before);
                   }
                   for (Index k = 0; k < most; ++k)
                     y[(o * most + k) * m.inner + i] = row[static_cast<std::size_t>(k)].at;
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
