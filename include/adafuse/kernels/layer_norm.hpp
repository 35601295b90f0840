// Layer and RMS normalisation of each row of x [rows, count], and group normalisation, forward and
// back.
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
#include <adafuse/kernels/base/row_vectors.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>
#endif

namespace adafuse::kernels {

/// x [examples, groups, channels, inner]: the channels of a group are normalised together.
struct GroupLayout {
  Index examples, groups, channels, inner;

  ADAFUSE_INLINE Index rows() const { return examples * groups; }
  ADAFUSE_INLINE Index count() const { return channels * inner; }  // the elements of a group
};

inline namespace ADAFUSE_SIMD {

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
template <class T>
void group_norm(const GroupLayout& layout, const T* x, const T* weight, const T* bias, double eps,
                T* y, double* mean, double* inverse) {
  compiled::kernels_of<T>().group_norm(layout, x, weight, bias, eps, y, mean, inverse);
}
template <class T>
void group_norm_backward(const GroupLayout& layout, const T* x, const T* weight, const double* mean,
                         const double* inverse, const T* dy, T* dx, T* dweight, T* dbias) {
  compiled::kernels_of<T>().group_norm_backward(layout, x, weight, mean, inverse, dy, dx, dweight,
                                                dbias);
}
#else

namespace detail {

struct Moments {
  double mean, inverse;  // 1 / sqrt(variance + eps)
};

/// Of `count` neighbours: the mean, then the variance of what is left when it is taken off. Not
/// `centred`, nothing is taken off, and the mean is 0.
template <class T>
Moments moments_of_run(const T* x, Index count, double eps, bool centred = true) {
  const auto n = static_cast<double>(count);
  const double mean =
      centred
          ? sum_of_vectors(count, [x](Index i, auto size) { return load_first(x + i, size); }) / n
          : 0;
  const double variance = sum_of_vectors(count,
                                         [x, mean](Index i, auto size) {
                                           const Doubles d = load_first(x + i, size) - mean;
                                           return d * d;
                                         }) /
                          n;
  return {mean, 1 / std::sqrt(variance + eps)};
}

/// Rows that one task has: some 16k elements.
inline Index layer_norm_grain(Index count) { return 1 + 16384 / std::max<Index>(count, 1); }

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and (biased) variance of each
/// row; weight and bias [count], or null: 1 and 0. Writes mean and 1 / sqrt(variance + eps), [rows]
/// each. Where `mean` is null it is rms_norm: the mean counts as 0.
template <class T>
void layer_norm(Index rows, Index count, const T* x, const T* weight, const T* bias, double eps,
                T* y, double* mean, double* inverse) {
  const auto normalise = [=](Index r, const auto& affine) {
    const T* const in = x + r * count;
    T* const out = y + r * count;
    const auto [m, s] = detail::moments_of_run(in, count, eps, mean != nullptr);
    if (mean) mean[r] = m;
    inverse[r] = s;
    const Doubles centre = Doubles::of(m), scale = Doubles::of(s);
    for_vectors(count, [&](Index i, auto n) {
      store_first(affine((load_first(in + i, n) - centre) * scale, i, n), out + i, n);
    });
  };
  parallel_for(rows, detail::layer_norm_grain(count), Work::elements(8 * count),
               [&](Index begin, Index end) {
                 for (Index r = begin; r < end; ++r)
                   if (weight && bias)
                     normalise(r, [weight, bias](Doubles xhat, Index i, auto n) {
                       return xhat * load_first(weight + i, n) + load_first(bias + i, n);
                     });
                   else if (weight)
                     normalise(r, [weight](Doubles xhat, Index i, auto n) {
                       return xhat * load_first(weight + i, n);
                     });
                   else if (bias)
                     normalise(r, [bias](Doubles xhat, Index i, auto n) {
                       return xhat + load_first(bias + i, n);
                     });
                   else
                     normalise(r, [](Doubles xhat, Index, auto) { return xhat; });
               });
}

namespace detail {

/// One row: dx, and what it adds to dweight and dbias; null where not wanted. weight(i, n) is a
/// vector. `mean` is null for rms_norm.
template <class T, class Weight>
void layer_norm_row_backward(Index count, const T* x, const double* mean, double inverse,
                             const T* dy, const Weight& weight, T* dx, double* dweight,
                             double* dbias) {
  const Doubles centre = Doubles::of(mean ? *mean : 0), scale = Doubles::of(inverse);
  const auto sums = sums_of_vectors<2>(count, [&](Index i, auto n) {
    const Doubles xhat = (load_first(x + i, n) - centre) * scale, d = load_first(dy + i, n);
    if (dweight) {
      store_first(load_first(dweight + i, n) + d * xhat, dweight + i, n);
      store_first(load_first(dbias + i, n) + d, dbias + i, n);
    }
    const Doubles g = d * weight(i, n);
    return Terms<2>{{g, g * xhat}};
  });
  if (!dx) return;
  const Doubles offset = Doubles::of(mean ? sums[0] / static_cast<double>(count) : 0),
                slope = Doubles::of(sums[1] / static_cast<double>(count));
  for_vectors(count, [&](Index i, auto n) {
    const Doubles xhat = (load_first(x + i, n) - centre) * scale;
    const Doubles g = load_first(dy + i, n) * weight(i, n);
    store_first((g - offset - xhat * slope) * scale, dx + i, n);
  });
}

}  // namespace detail

/// The gradients of layer_norm for dy, with its `mean` and `inverse`; null where not wanted:
///   xhat = (x - mean) inverse,  g = dy weight,  dweight = sum of dy xhat,  dbias = sum of dy,
///   dx = inverse (g - mean of g - xhat mean of g xhat)
/// Where `mean` is null they are those of rms_norm: x has no mean, and that of g is not taken off.
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
          detail::layer_norm_row_backward(count, x + r * count, mean ? mean + r : nullptr,
                                          inverse[r], dy + r * count, weight_at, to, to_weight,
                                          to_bias);
        };
        if (weight)
          backward([weight](Index i, auto n) { return load_first(weight + i, n); });
        else
          backward([](Index, auto) { return Doubles::of(1); });
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

/// layer_norm of each group, with a weight and a bias [groups * channels] for each channel, or
/// null: 1 and 0. Writes mean and 1 / sqrt(variance + eps), [examples, groups] each.
template <class T>
void group_norm(const GroupLayout& layout, const T* x, const T* weight, const T* bias, double eps,
                T* y, double* mean, double* inverse) {
  const Index count = layout.count(), inner = layout.inner;
  parallel_for(layout.rows(), detail::layer_norm_grain(count), Work::elements(8 * count),
               [=](Index begin, Index end) {
                 for (Index r = begin; r < end; ++r) {
                   const auto [m, s] = detail::moments_of_run(x + r * count, count, eps);
                   mean[r] = m;
                   inverse[r] = s;
                   const Doubles centre = Doubles::of(m);
                   for (Index k = 0; k < layout.channels; ++k) {
                     const Index c = r % layout.groups * layout.channels + k;
                     const Doubles scale = Doubles::of(weight ? s * double(weight[c]) : s),
                                   shift = Doubles::of(bias ? double(bias[c]) : 0);
                     const T* const in = x + r * count + k * inner;
                     T* const out = y + r * count + k * inner;
                     for_vectors(inner, [&](Index i, auto n) {
                       store_first((load_first(in + i, n) - centre) * scale + shift, out + i, n);
                     });
                   }
                 }
               });
}

/// The gradients of group_norm for dy, with its `mean` and `inverse`; null where not wanted:
///   xhat = (x - mean) inverse,  g = dy weight,  dweight = sum of dy xhat,  dbias = sum of dy,
///   dx = inverse (g - mean of g - xhat mean of g xhat)
/// where the means are over a group. Sums of the examples are added in order.
template <class T>
void group_norm_backward(const GroupLayout& layout, const T* x, const T* weight, const double* mean,
                         const double* inverse, const T* dy, T* dx, T* dweight, T* dbias) {
  const Index count = layout.count(), inner = layout.inner, channels = layout.channels;
  const Index all_channels = layout.groups * channels;
  // Of each example and channel: the sums of dy and of dy xhat.
  std::vector<std::array<double, 2>> sums(static_cast<std::size_t>(layout.rows() * channels));
  auto* const all_sums = sums.data();
  const auto backward = [=](Index r) {
    const Doubles centre = Doubles::of(mean[r]), s = Doubles::of(inverse[r]);
    const auto weight_of = [=](Index k) {
      return weight ? double(weight[r % layout.groups * channels + k]) : 1.0;
    };
    double of_g = 0, of_g_xhat = 0;
    for (Index k = 0; k < channels; ++k) {
      const T *const in = x + r * count + k * inner, *const d = dy + r * count + k * inner;
      auto& own = all_sums[r * channels + k];
      own = sums_of_vectors<2>(inner, [&](Index i, auto n) {
        const Doubles of_dy = load_first(d + i, n);
        return Terms<2>{{of_dy, of_dy * ((load_first(in + i, n) - centre) * s)}};
      });
      of_g += own[0] * weight_of(k);
      of_g_xhat += own[1] * weight_of(k);
    }
    if (!dx) return;
    const auto n_elements = static_cast<double>(count);
    const Doubles offset = Doubles::of(inverse[r] * of_g / n_elements),
                  slope = Doubles::of(inverse[r] * of_g_xhat / n_elements);
    for (Index k = 0; k < channels; ++k) {
      const Doubles scale = Doubles::of(inverse[r] * weight_of(k));
      const Index first = r * count + k * inner;
      for_vectors(inner, [&](Index i, auto n) {
        const Doubles xhat = (load_first(x + first + i, n) - centre) * s;
        store_first(load_first(dy + first + i, n) * scale - offset - xhat * slope, dx + first + i,
                    n);
      });
    }
  };
  parallel_for(layout.rows(), detail::layer_norm_grain(count), Work::elements(12 * count),
               [&](Index begin, Index end) {
                 for (Index r = begin; r < end; ++r) backward(r);
               });
  const auto add_up = [&](std::size_t which, T* to) {
    if (!to) return;
    for (Index c = 0; c < all_channels; ++c) {
      double sum = 0;
      for (Index e = 0; e < layout.examples; ++e) sum += all_sums[e * all_channels + c][which];
      to[c] = static_cast<T>(sum);
    }
  };
  add_up(1, dweight);
  add_up(0, dbias);
}

#endif

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
