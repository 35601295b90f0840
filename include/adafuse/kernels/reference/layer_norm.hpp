// The naive layer normalisation and its gradients, written from the definitions, in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/view.hpp>
#include <cmath>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and (biased) variance of each
/// row of x [rows, count].
template <class T>
void layer_norm(Index rows, Index count, const T* x, const T* weight, const T* bias, double eps,
                T* y) {
  const View<const T, 2> in(x, {rows, count});
  const View<T, 2> out(y, {rows, count});
  for (Index r = 0; r < rows; ++r) {
    double mean = 0, variance = 0;
    for (Index i = 0; i < count; ++i) mean += double(in(r, i)) / double(count);
    for (Index i = 0; i < count; ++i)
      variance += std::pow(double(in(r, i)) - mean, 2) / double(count);
    for (Index i = 0; i < count; ++i)
      out(r, i) =
          static_cast<T>((double(in(r, i)) - mean) / std::sqrt(variance + eps) * double(weight[i]) +
                         double(bias[i]));
  }
}

/// By the chain rule through mean m and variance v, with d = x - m, s = (v + eps)^(-1/2), n
/// elements in a row:
///   g = dy weight,  dv = sum g d (-1/2) s^3,  dm = -s sum g,  dx = g s + dv 2 d / n + dm / n
/// (the sum of d, by which dv would reach m, is 0).
template <class T>
void layer_norm_backward(Index rows, Index count, const T* x, const T* weight, double eps,
                         const T* dy, T* dx, T* dweight, T* dbias) {
  const View<const T, 2> in(x, {rows, count}), dout(dy, {rows, count});
  const View<T, 2> din(dx, {rows, count});
  const auto n = double(count);
  for (Index i = 0; i < count; ++i) dweight[i] = dbias[i] = 0;
  for (Index r = 0; r < rows; ++r) {
    double m = 0, v = 0, dv = 0, dm = 0;
    for (Index i = 0; i < count; ++i) m += double(in(r, i)) / n;
    for (Index i = 0; i < count; ++i) v += std::pow(double(in(r, i)) - m, 2) / n;
    const double s = std::pow(v + eps, -0.5);
    for (Index i = 0; i < count; ++i) {
      const double g = double(dout(r, i)) * double(weight[i]), d = double(in(r, i)) - m;
      dv += g * d * -0.5 * s * s * s;
      dm -= s * g;
      dweight[i] += static_cast<T>(double(dout(r, i)) * d * s);
      dbias[i] += dout(r, i);
    }
    for (Index i = 0; i < count; ++i) {
      const double g = double(dout(r, i)) * double(weight[i]), d = double(in(r, i)) - m;
      din(r, i) = static_cast<T>(g * s + dv * 2 * d / n + dm / n);
    }
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
