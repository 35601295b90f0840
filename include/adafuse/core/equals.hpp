// equals: a == b of floating-point numbers where exactly that is meant.
//
// -Wfloat-equal, with which many projects compile, warns of each ==; this is how to say it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <functional>
#include <type_traits>

namespace adafuse::inline ADAFUSE_SIMD {

/// Whether a == b: 0 equals -0, and a NaN nothing.
template <class T>
constexpr bool equals(const T& a, const std::type_identity_t<T>& b) {
  return std::equal_to<T>{}(a, b);
}

/// Whether x is a NaN; a whole number never is.
template <class T>
constexpr bool is_nan(const T& x) {
  return !equals(x, x);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
