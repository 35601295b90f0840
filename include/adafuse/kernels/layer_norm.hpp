// Layer normalisation of each row of x [rows, count], forward and back.
//
// A row is read from the cache after the first time: the mean, the variance of what is left when
// the mean is taken off, the elements. Sums are kept in double, and so is each element until it is
// written: a float has lost the digits of a small deviation from a large mean.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/range.hpp>
#include <algorithm>
#include <cmath>
#include <vector>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void layer_norm(Index rows, Index count, const T* x, const T* weight, const T* bias, double eps,
                T* y, double* mean, double* inverse) {
  compiled::kernels_of<T>().layer_norm(rows, count, x, weight, bias, eps, y, mean, inverse);
}
template <class T>
void layer_norm_backward(Index rows, Index count, const T* x, const T* weight, const double* mean,
                         const double* inverse, const T* dy, T* dx, T* dweight, T* dbias) {
  compiled::kernels_of<T>().layer_norm_backward(rows, count, x, weight, mean, inverse, dy, dx,
                                                dweight, dbias);
}
#else

namespace detail {

/// The sum of f(i) for i in [0, count), in sixteen interleaved strands, which the compiler keeps in
/// vectors; the order is the same everywhere.
template <class F>
double sum_in_strands(Index count, const F& f) {
  constexpr Index strands = 16;
  double strand[strands] = {}, sum = 0;
  Index i = 0;
  for (; i + strands <= count; i += strands)
    for (Index s = 0; s < strands; ++s) strand[s] += f(i + s);
  for (; i < count; ++i) sum += f(i);
  for (const double s : strand) sum += s;
  return sum;
}

/// Rows that one task has: some 16k elements.
inline Index layer_norm_grain(Index count) { return 1 + 16384 / std::max<Index>(count, 1); }

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and (biased) variance of each
/// row; weight and bias [count], or null: 1 and 0. Writes mean and 1 / sqrt(variance + eps), [rows]
/// each.
template <class T>
void layer_norm(Index rows, Index count, const T* x, const T* weight, const T* bias, double eps,
                T* y, double* mean, double* inverse) {
  parallel_for(rows, detail::layer_norm_grain(count), Work::elements(8 * count),
               [=](Index begin, Index end) {
                 for (Index r = begin; r < end; ++r) {
                   const T* __restrict in = x + r * count;
                   T* __restrict out = y + r * count;
                   const auto n = static_cast<double>(count);
                   const double m =
                       detail::sum_in_strands(count, [in](Index i) { return double(in[i]); }) / n;
                   const double variance = detail::sum_in_strands(count,
                                                                  [in, m](Index i) {
                                                                    const double d =
                                                                        double(in[i]) - m;
                                                                    return d * d;
                                                                  }) /
                                           n;
                   const double s = 1 / std::sqrt(variance + eps);
                   mean[r] = m;
                   inverse[r] = s;
                   const auto xhat = [in, m, s](Index i) { return (double(in[i]) - m) * s; };
                   if (weight && bias)
                     for (Index i = 0; i < count; ++i)
                       out[i] = static_cast<T>(xhat(i) * double(weight[i]) + double(bias[i]));
                   else if (weight)
                     for (Index i = 0; i < count; ++i)
                       out[i] = static_cast<T>(xhat(i) * double(weight[i]));
                   else if (bias)
                     for (Index i = 0; i < count; ++i)
                       out[i] = static_cast<T>(xhat(i) + double(bias[i]));
                   else
                     for (Index i = 0; i < count; ++i) out[i] = static_cast<T>(xhat(i));
                 }
               });
}

namespace detail {

/// dx = s (g - mean of g - xhat mean of g xhat) for one row, with xhat(i) and g(i).
template <class T, class Xhat, class G>
void layer_norm_row_backward(Index count, double s, const Xhat& xhat, const G& g, T* dx) {
  const auto n = static_cast<double>(count);
  const double offset = sum_in_strands(count, g) / n;
  const double slope = sum_in_strands(count, [&](Index i) { return g(i) * xhat(i); }) / n;
  for (Index i = 0; i < count; ++i) dx[i] = static_cast<T>(s * (g(i) - offset - xhat(i) * slope));
}

}  // namespace detail

/// The gradients of layer_norm for dy, with its `mean` and `inverse`; null where not wanted:
///   xhat = (x - mean) inverse,  g = dy weight,  dweight = sum of dy xhat,  dbias = sum of dy,
///   dx = inverse (g - mean of g - xhat mean of g xhat)
/// The rows are cut into parts by their number alone, whose sums are added in order.
template <class T>
void layer_norm_backward(Index rows, Index count, const T* x, const T* weight, const double* mean,
                         const double* inverse, const T* dy, T* dx, T* dweight, T* dbias) {
  const Index grain = detail::layer_norm_grain(count);
  const Index parts = std::clamp<Index>(rows / grain, 1, 32);
  const bool sums = dweight || dbias;
  std::vector<double> of_weight(static_cast<std::size_t>(sums ? parts * count : 0)),
      of_bias(of_weight);
  const auto work = Work::elements(12 * count * ((rows + parts - 1) / parts));
  double* const all_weight = of_weight.data();
  double* const all_bias = of_bias.data();
  parallel_for(parts, 1, work, [=](Index first, Index last) {
    for (Index p = first; p < last; ++p) {
      double* __restrict to_weight = all_weight + (sums ? p * count : 0);
      double* __restrict to_bias = all_bias + (sums ? p * count : 0);
      const Range own = part(rows, parts, p);
      for (Index r = own.begin; r < own.end; ++r) {
        const T* const in = x + r * count;
        const T* const d = dy + r * count;
        const double m = mean[r], s = inverse[r];
        const auto xhat = [in, m, s](Index i) { return (double(in[i]) - m) * s; };
        if (sums)
          for (Index i = 0; i < count; ++i) {
            to_weight[i] += double(d[i]) * xhat(i);
            to_bias[i] += double(d[i]);
          }
        if (!dx) continue;
        if (weight)
          detail::layer_norm_row_backward(
              count, s, xhat, [d, weight](Index i) { return double(d[i]) * double(weight[i]); },
              dx + r * count);
        else
          detail::layer_norm_row_backward(
              count, s, xhat, [d](Index i) { return double(d[i]); }, dx + r * count);
      }
    }
  });
  const auto add_up = [&](const std::vector<double>& some, T* to) {
    if (!to) return;
    for (Index i = 0; i < count; ++i) {
      double sum = 0;
      for (Index p = 0; p < parts; ++p) sum += some[static_cast<std::size_t>(p * count + i)];
      to[i] = static_cast<T>(sum);
    }
  };
  add_up(of_weight, dweight);
  add_up(of_bias, dbias);
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
