// Angles of points, element by element: atan2(a, b).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/elementwise.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/vector_angles.hpp>
#include <adafuse/kernels/base/vector_pairs.hpp>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void atan2_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  compiled::kernels_of<T>().atan2_run(count, a, a_step, b, b_step, y);
}
#else
/// y[i] = atan2(a[a_step i], b[b_step i]) for i in [0, count); a step is 1 or 0.
template <class T>
void atan2_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  apply_to_pairs(
      count, a, a_step, b, b_step, y,
      [](Doubles v, Doubles w) __attribute__((always_inline)) { return vectors::atan2<T>(v, w); });
}
#endif

/// y = atan2(a, b), where sizes of 1 stretch. The shapes broadcast.
template <class T>
Tensor<T> atan2(const Tensor<T>& a, const Tensor<T>& b) {
  return zip_runs("atan2", a, b, atan2_run<T>);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
