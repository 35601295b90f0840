// The naive twin of linear.hpp: the definition.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/kernels/base/activation.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y(r, o) = activation(sum over i of w(o, i) x(r, i) + bias(o)); x [rows, in], w [out, in].
/// `bias` [out], or null: 0.
template <class T>
void linear(Index rows, Index in, Index out, const T* x, const T* w, const T* bias,
            Activation activation, T* y) {
  for (Index r = 0; r < rows; ++r)
    for (Index o = 0; o < out; ++o) {
      T sum = 0;
      for (Index i = 0; i < in; ++i) sum += w[o * in + i] * x[r * in + i];
      if (bias) sum += bias[o];
      y[r * out + o] = activated(activation, sum);
    }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
