// Rows of neighbours in vectors of doubles: sums in strands, and what is done to each element.
//
// A sum has sixteen strands, element i in strand i mod 16, whatever the vectors' width: the same
// bits on every path.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <algorithm>
#include <array>
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

/// Several vectors, of which sums are taken side by side.
template <std::size_t sums>
struct Terms {
  Doubles v[sums];
};

/// The sums over [0, count) of the elements that `of(first, n)` returns in vectors, `Terms<sums>`.
template <std::size_t sums, class Of>
[[gnu::always_inline]] inline std::array<double, sums> sums_of_vectors(Index count, const Of& of) {
  constexpr Index width = Doubles::width, vectors = strands_of_sums / width;
  Doubles strands[Bound{vectors}][sums];
  for (auto& of_vector : strands)
    for (Doubles& v : of_vector) v = Doubles::of(0);
  Index i = 0;
  for (; i + strands_of_sums <= count; i += strands_of_sums)
#pragma GCC unroll 8
    for (Index v = 0; v < vectors; ++v) {
      const Terms<sums> terms = of(i + v * width, WholeVector());
      for (std::size_t k = 0; k < sums; ++k) strands[v][k] = strands[v][k] + terms.v[k];
    }
  Index next = 0;  // the vector of strands that comes next
  for (; i + width <= count; ++next, i += width) {
    const Terms<sums> terms = of(i, WholeVector());
    for (std::size_t k = 0; k < sums; ++k) strands[next][k] = strands[next][k] + terms.v[k];
  }
  if (i < count) {
    const Terms<sums> terms = of(i, count - i);
    for (std::size_t k = 0; k < sums; ++k) {
      double lanes[Bound{width}];
      terms.v[k].store(lanes);
      std::fill(lanes + (count - i), lanes + width, 0.0);
      strands[next][k] = strands[next][k] + Doubles::load(lanes);
    }
  }
  std::array<double, sums> result;
  for (std::size_t k = 0; k < sums; ++k) {
    double some[Bound{strands_of_sums}];
    for (Index v = 0; v < vectors; ++v) strands[v][k].store(some + v * width);
    for (Index half = strands_of_sums / 2; half > 0; half /= 2)
      for (Index s = 0; s < half; ++s) some[s] += some[s + half];
    result[k] = some[0];
  }
  return result;
}

/// The sum over [0, count) of the elements that `of(first, n)` returns in vectors.
template <class Of>
[[gnu::always_inline]] inline double sum_of_vectors(Index count, const Of& of) {
  return sums_of_vectors<1>(
      count, [&of](Index i, auto n)
                 __attribute__((always_inline)) { return Terms<1>{{of(i, n)}}; })[0];
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
