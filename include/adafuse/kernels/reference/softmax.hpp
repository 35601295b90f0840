// The naive softmax and cross-entropy: the definitions, in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/view.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <algorithm>
#include <cmath>
#include <limits>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y(o, k, i) = exp x(o, k, i) / sum over l of exp x(o, l, i), with the largest x of the row taken
/// off first: a row with +inf, or of -inf alone, has no softmax and is NaN.
template <class T>
void softmax(const Middle& m, const T* x, T* y) {
  const View<const T, 3> in(x, {m.outer, m.count, m.inner});
  const View<T, 3> out(y, in.sizes());
  for (Index o = 0; o < m.outer; ++o)
    for (Index i = 0; i < m.inner; ++i) {
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (Index k = 0; k < m.count; ++k) largest = std::max(largest, double(in(o, k, i)));
      const auto power = [&](Index k) { return std::exp(double(in(o, k, i)) - largest); };
      for (Index k = 0; k < m.count; ++k) sum += power(k);
      for (Index k = 0; k < m.count; ++k) out(o, k, i) = static_cast<T>(power(k) / sum);
    }
}

/// The mean over n of - sum over k of t(n, k) log softmax(x)(n, k), with t = 1 - smoothing at the
/// label and smoothing / classes more everywhere. x [rows, classes].
template <class T>
double cross_entropy(Index rows, Index classes, const T* x, const std::int64_t* labels,
                     double smoothing) {
  double loss = 0;
  for (Index n = 0; n < rows; ++n) {
    double sum = 0;
    for (Index k = 0; k < classes; ++k) sum += std::exp(double(x[n * classes + k]));
    for (Index k = 0; k < classes; ++k) {
      const double target =
          (k == labels[n] ? 1 - smoothing : 0.0) + smoothing / static_cast<double>(classes);
      loss -= target * std::log(std::exp(double(x[n * classes + k])) / sum);
    }
  }
  return loss / static_cast<double>(rows);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
