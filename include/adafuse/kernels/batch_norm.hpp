// Batch normalisation over the channels of x [batch, channels, inner], forward and back.
//
// One task has one channel: its sums, and then its elements while they are still in the cache. Sums
// are kept in double, and the variance is the mean square of what remains when the mean is taken
// off (the difference of two large sums would lose all digits of a small variance).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <cmath>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {  // Its loops are compiled for the vector path.

/// x [batch, channels, inner]: [N, C], [N, C, L] and [N, C, H, W] seen alike.
struct ChannelLayout {
  Index batch = 0, channels = 0, inner = 1;

  Index count() const { return batch * inner; }  // the elements of one channel
  Index size() const { return batch * channels * inner; }
  /// Where the elements of channel c of frame n begin.
  Index begin(Index n, Index c) const { return (n * channels + c) * inner; }
  Index grain() const { return 1 + 16384 / std::max<Index>(1, count()); }
};

namespace detail {

/// The sum of term(i) over the elements i of channel c. Sixteen sums side by side are what the
/// compiler keeps in vectors; they also make the order, and so the bits, the same everywhere.
template <class Term>
double channel_sum(const ChannelLayout& layout, Index c, const Term& term) {
  constexpr Index lanes = 16;
  double sums[lanes] = {}, rest = 0;
  for (Index n = 0; n < layout.batch; ++n) {
    Index i = layout.begin(n, c);
    const Index end = i + layout.inner;
    for (; i + lanes <= end; i += lanes)
      for (Index lane = 0; lane < lanes; ++lane) sums[lane] += term(i + lane);
    for (; i < end; ++i) rest += term(i);
  }
  for (double sum : sums) rest += sum;
  return rest;
}

/// Calls body(i) for all elements i of channel c.
template <class Body>
void for_each_in_channel(const ChannelLayout& layout, Index c, const Body& body) {
  for (Index n = 0; n < layout.batch; ++n) {
    const Index begin = layout.begin(n, c), end = begin + layout.inner;
    for (Index i = begin; i < end; ++i) body(i);
  }
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, channel by channel. `weight` and `bias`
/// may be null: 1 and 0.
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const T* mean, const T* variance,
                const T* weight, const T* bias, double eps, T* y) {
  std::vector<T> scale(static_cast<std::size_t>(layout.channels));
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double inv_std = 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
    scale[c] = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
  }
  const Index frame = layout.channels * layout.inner;
  parallel_for(layout.batch, 1 + 16384 / std::max<Index>(1, frame), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index c = 0; c < layout.channels; ++c) {
        const T slope = scale[static_cast<std::size_t>(c)];
        const T centre = mean[c], shift = bias ? bias[c] : T{0};
        const Index first = layout.begin(n, c);
        for (Index i = first; i < first + layout.inner; ++i) y[i] = (x[i] - centre) * slope + shift;
      }
  });
}

/// The same with the moments of x itself, which are written to `mean` and `variance` (biased: the
/// mean of (x - mean)^2), [channels] each.
template <class T>
void batch_norm_train(const ChannelLayout& layout, const T* x, const T* weight, const T* bias,
                      double eps, T* y, double* mean, double* variance) {
  const auto count = static_cast<double>(layout.count());
  parallel_for(layout.channels, layout.grain(), [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const double m =
          detail::channel_sum(layout, c, [x](Index i) { return static_cast<double>(x[i]); }) /
          count;
      const double v = detail::channel_sum(layout, c,
                                           [x, m](Index i) {
                                             const double d = static_cast<double>(x[i]) - m;
                                             return d * d;
                                           }) /
                       count;
      mean[c] = m, variance[c] = v;
      const double inv_std = 1 / std::sqrt(v + eps);
      const T scale = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
      const T centre = static_cast<T>(m), shift = bias ? bias[c] : T{0};
      detail::for_each_in_channel(layout, c,
                                  [=](Index i) { y[i] = (x[i] - centre) * scale + shift; });
    }
  });
}

/// The gradients of batch_norm_train for dy, with its `mean` and `variance`; null where not wanted.
///   xhat = (x - mean) / sqrt(variance + eps),  dbias = sum dy,  dweight = sum dy xhat
///   dx = weight / sqrt(variance + eps) * (dy - (dbias + xhat dweight) / count)
template <class T>
void batch_norm_train_backward(const ChannelLayout& layout, const T* x, const T* weight,
                               const double* mean, const double* variance, double eps, const T* dy,
                               T* dx, T* dweight, T* dbias) {
  const auto count = static_cast<double>(layout.count());
  parallel_for(layout.channels, layout.grain(), [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const double m = mean[c], inv_std = 1 / std::sqrt(variance[c] + eps);
      const double sum_dy =
          detail::channel_sum(layout, c, [dy](Index i) { return static_cast<double>(dy[i]); });
      const double sum_dy_xhat =
          inv_std * detail::channel_sum(layout, c, [x, dy, m](Index i) {
            return static_cast<double>(dy[i]) * (static_cast<double>(x[i]) - m);
          });
      if (dweight) dweight[c] = static_cast<T>(sum_dy_xhat);
      if (dbias) dbias[c] = static_cast<T>(sum_dy);
      if (!dx) continue;
      const T scale = static_cast<T>(weight ? weight[c] * inv_std : inv_std);
      const T centre = static_cast<T>(m), offset = static_cast<T>(sum_dy / count);
      const T slope = static_cast<T>(inv_std * sum_dy_xhat / count);
      detail::for_each_in_channel(
          layout, c, [=](Index i) { dx[i] = (dy[i] - offset - (x[i] - centre) * slope) * scale; });
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
