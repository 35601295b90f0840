// Activation: the function at the end of an epilogue, for a number and for a vector. A new one is a
// name here and a case in each of two functions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <cstdint>

namespace adafuse::kernels {

enum class Activation : std::uint8_t {
  identity,  ///< x
  relu,      ///< x, or 0 where x < 0; a NaN stays
};

inline namespace ADAFUSE_SIMD {

template <class T>
T activated(Activation function, T x) {
  switch (function) {
    case Activation::identity:
      return x;
    case Activation::relu:
      return x < 0 ? T{0} : x;
  }
  return x;
}

/// `for_each(body)` calls body(vector, ...) for each vector: the function is looked up once.
template <class ForEach>
[[gnu::always_inline]] inline void activate(Activation function, const ForEach& for_each) {
  switch (function) {
    case Activation::identity:
      return;
    case Activation::relu:
      return for_each([](Floats & x, const auto&...)
                          __attribute__((always_inline)) { x = rectified(x); });
  }
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
