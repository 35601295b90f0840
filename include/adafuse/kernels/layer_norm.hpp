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

struct TwoSums {
  double a, b;
};

/// The sums of f(i).a and f(i).b, as sum_in_strands() takes them.
template <class F>
TwoSums two_sums_in_strands(Index count, const F& f) {
  constexpr Index strands = 16;
  double a[strands] = {}, b[strands] = {};
  TwoSums sum{0, 0};
  Index i = 0;
  for (; i + strands <= count; i += strands)
    for (Index s = 0; s < strands; ++s) {
      const TwoSums term = f(i + s);
      a[s] += term.a, b[s] += term.b;
    }
  for (; i < count; ++i) {
    const TwoSums term = f(i);
    sum.a += term.a, sum.b += term.b;
  }
  for (const double s : a) sum.a += s;
  for (const double s : b) sum.b += s;
  return sum;
}

/// One row: dx, and what it adds to dweight and dbias; null where not wanted. weight(i) is a
/// double.
template <class T, class Weight>
void layer_norm_row_backward(Index count, const T* __restrict x, double mean, double inverse,
                             const T* __restrict dy, const Weight& weight, T* __restrict dx,
                             double* __restrict dweight, double* __restrict dbias) {
  const auto xhat = [=](Index i) { return (double(x[i]) - mean) * inverse; };
  const auto terms = [&](Index i) {
    const double g = double(dy[i]) * weight(i);
    return TwoSums{g, g * xhat(i)};
  };
  TwoSums sums{0, 0};
  if (dweight)
    sums = two_sums_in_strands(count, [&](Index i) {
      dweight[i] += double(dy[i]) * xhat(i);
      dbias[i] += double(dy[i]);
      return terms(i);
    });
  else
    sums = two_sums_in_strands(count, terms);
  if (!dx) return;
  const double offset = sums.a / static_cast<double>(count);
  const double slope = sums.b / static_cast<double>(count);
  for (Index i = 0; i < count; ++i)
    dx[i] = static_cast<T>(inverse * (double(dy[i]) * weight(i) - offset - xhat(i) * slope));
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
      double* const to_weight = sums ? all_weight + p * count : nullptr;
      double* const to_bias = sums ? all_bias + p * count : nullptr;
      const Range own = part(rows, parts, p);
      for (Index r = own.begin; r < own.end; ++r) {
        T* const to = dx ? dx + r * count : nullptr;
        const auto backward = [&](const auto& weight_at) {
          detail::layer_norm_row_backward(count, x + r * count, mean[r], inverse[r], dy + r * count,
                                          weight_at, to, to_weight, to_bias);
        };
        if (weight)
          backward([weight](Index i) { return double(weight[i]); });
        else
          backward([](Index) { return 1.0; });
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
