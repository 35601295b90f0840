// Rounding to whole numbers. All are flat between their steps: gradients are 0, also on a step, as
// in PyTorch. (straight_through.hpp passes a gradient on.)
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/elementwise.hpp>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// The largest whole number that is not above x.
template <Operand X>
Variable<scalar_of<X>> floor(const X& x) {
  return elementwise<Reads::nothing>(
      "floor", as_variable(x), [](auto v) { return std::floor(v); }, NoSlope{});
}

/// The smallest whole number that is not below x.
template <Operand X>
Variable<scalar_of<X>> ceil(const X& x) {
  return elementwise<Reads::nothing>(
      "ceil", as_variable(x), [](auto v) { return std::ceil(v); }, NoSlope{});
}

/// The nearest whole number, and of two the even one: 0.5 becomes 0, 1.5 becomes 2.
template <Operand X>
Variable<scalar_of<X>> round(const X& x) {
  return elementwise<Reads::nothing>(
      "round", as_variable(x), [](auto v) { return std::nearbyint(v); }, NoSlope{});
}

/// x without its fraction: the next whole number towards 0.
template <Operand X>
Variable<scalar_of<X>> trunc(const X& x) {
  return elementwise<Reads::nothing>(
      "trunc", as_variable(x), [](auto v) { return std::trunc(v); }, NoSlope{});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
