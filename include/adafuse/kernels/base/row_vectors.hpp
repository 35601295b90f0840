// Rows of neighbours in vectors of doubles: sums in strands, and what is done to each element.
//
// A sum has sixteen strands, element i in strand i mod 16, whatever the vectors' width: the same
// bits on every path.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <algorithm>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// How many elements of a row are added independently of each other.
inline constexpr Index strands_of_sums = 16;

/// All lanes of a vector of doubles.
using WholeVector = std::integral_constant<Index, Doubles::width>;

/// The first `n` elements at p; 0 in the lanes behind them.
template <class T, class N>
[[gnu::always_inline]] inline Doubles load_first(const T* p, N n) {
  if constexpr (std::is_same_v<N, WholeVector>) return Doubles::load(p);
  T lanes[Bound{Doubles::width}] = {};
  std::copy_n(p, n, lanes);
  return Doubles::load(lanes);
}
/// The first `n` lanes to p.
template <class T, class N>
[[gnu::always_inline]] inline void store_first(Doubles x, T* p, N n) {
  if constexpr (std::is_same_v<N, WholeVector>) {
    x.store(p);
  } else {
    T lanes[Bound{Doubles::width}];
    x.store(lanes);
    std::copy_n(lanes, n, p);
  }
}

/// Calls `body(first, n)` for vectors of `n` elements that cover [0, count): WholeVector, but for
/// the last one.
template <class Body>
[[gnu::always_inline]] inline void for_vectors(Index count, const Body& body) {
  constexpr Index width = Doubles::width;
  Index i = 0;
  for (; i + width <= count; i += width) body(i, WholeVector());
  if (i < count) body(i, count - i);
}

/// The sum over [0, count) of the elements that `of(first, n)` returns in vectors.
template <class Of>
[[gnu::always_inline]] inline double sum_of_vectors(Index count, const Of& of) {
  constexpr Index width = Doubles::width, vectors = strands_of_sums / width;
  Doubles strands[Bound{vectors}];
  for (Doubles& v : strands) v = Doubles::of(0);
  Index i = 0;
  for (; i + strands_of_sums <= count; i += strands_of_sums)
#pragma GCC unroll 8
    for (Index v = 0; v < vectors; ++v) strands[v] = strands[v] + of(i + v * width, WholeVector());
  for (Index v = 0; i < count; ++v, i += width) {
    const Index n = std::min(width, count - i);
    double lanes[Bound{width}];
    of(i, n).store(lanes);
    std::fill(lanes + n, lanes + width, 0.0);
    strands[v] = strands[v] + Doubles::load(lanes);
  }
  double sums[Bound{strands_of_sums}];
  for (Index v = 0; v < vectors; ++v) strands[v].store(sums + v * width);
  for (Index half = strands_of_sums / 2; half > 0; half /= 2)
    for (Index s = 0; s < half; ++s) sums[s] += sums[s + half];
  return sums[0];
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
