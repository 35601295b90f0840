// Rounding to whole numbers. All are flat between their steps: gradients are 0, also on a step, as
// in PyTorch. (straight_through.hpp passes a gradient on.)
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/elementwise.hpp>
#include <cmath>
#include <limits>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

// std::floor and its like are calls where the oldest x86-64 is compiled for, and g++ makes vectors
// of them only without floating-point traps. Of these it does everywhere: what is chosen are
// numbers.

/// std::nearbyint(x), to the nearest: from 2^23 on (doubles: 2^52) a float has no fraction, so that
/// a sum with that number is rounded to a whole one.
template <class T>
T nearest_whole(T x) {
  constexpr T no_fraction = 1 / std::numeric_limits<T>::epsilon();
  const T size = std::abs(x), shift = size < no_fraction ? no_fraction : T{0};
  return std::copysign((size + shift) - shift, x);
}
/// std::floor(x)
template <class T>
T whole_below(T x) {
  const T nearest = nearest_whole(x);
  return nearest - (nearest > x ? T{1} : T{0});
}

}  // namespace detail

/// The largest whole number that is not above x.
template <Operand X>
Variable<scalar_of<X>> floor(const X& x) {
  return elementwise<Reads::nothing>(
      "floor", as_variable(x), [](auto v) { return detail::whole_below(v); }, NoSlope{});
}

/// The smallest whole number that is not below x.
template <Operand X>
Variable<scalar_of<X>> ceil(const X& x) {
  return elementwise<Reads::nothing>(
      "ceil", as_variable(x), [](auto v) { return -detail::whole_below(-v); }, NoSlope{});
}

/// The nearest whole number, and of two the even one: 0.5 becomes 0, 1.5 becomes 2.
template <Operand X>
Variable<scalar_of<X>> round(const X& x) {
  return elementwise<Reads::nothing>(
      "round", as_variable(x), [](auto v) { return detail::nearest_whole(v); }, NoSlope{});
}

/// x without its fraction: the next whole number towards 0.
template <Operand X>
Variable<scalar_of<X>> trunc(const X& x) {
  return elementwise<Reads::nothing>(
      "trunc", as_variable(x),
      [](auto v) { return std::copysign(detail::whole_below(std::abs(v)), v); }, NoSlope{});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
