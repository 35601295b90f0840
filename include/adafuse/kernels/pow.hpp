// Powers, element by element: x^p and a^b.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/function.hpp>
#include <limits>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/vector_pairs.hpp>
#include <adafuse/kernels/base/vector_pow.hpp>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void pow_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  compiled::kernels_of<T>().pow_run(count, a, a_step, b, b_step, y);
}
#else
/// y[i] = a[a_step i]^b[b_step i] for i in [0, count); a step is 1 or 0.
template <class T>
void pow_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  apply_to_pairs(
      count, a, a_step, b, b_step, y,
      [](Doubles v, Doubles w) __attribute__((always_inline)) { return vectors::pow<T>(v, w); });
}
#endif

/// y = a^b, where sizes of 1 stretch. The shapes broadcast.
template <class T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b) {
  return zip_runs("pow", a, b, pow_run<T>);
}

/// y = x^p for a number p. Powers 1 to 4 are products, -1 and 1/2 a quotient and a root: within two
/// units in the last place too.
template <class T>
Tensor<T> pow(const Tensor<T>& x, T p) {
  if (equals(p, 0.5))  // Of -0 it is 0, and of -inf infinite.
    return map(x, through<Function::sqrt>([](T v, T root) {
                 constexpr T inf = std::numeric_limits<T>::infinity();
                 return equals(v, -inf) ? inf : root + T{0};
               }));
  if (equals(p, -1)) return map(x, [](T v) { return 1 / v; });
  if (equals(p, 1)) return x.clone();
  if (equals(p, 2)) return map(x, [](T v) { return v * v; });
  if (equals(p, 3)) return map(x, [](T v) { return v * v * v; });
  if (equals(p, 4)) return map(x, [](T v) { return (v * v) * (v * v); });
  return pow(x, Tensor<T>::scalar(p));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
