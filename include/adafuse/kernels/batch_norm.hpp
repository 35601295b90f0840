// Batch normalisation over the channels of x [batch, channels, inner], forward and back, with the
// addition and the ReLU that may follow it.
//
// Two passes, the sums and then the elements, each of which walks through memory as it lies: maps
// of small networks are too short for a walk along one channel. Sums are kept in double, of what
// remains when the first element is taken off: that is near the mean, where the plain sum of
// squares would lose all digits of a small variance.
//
// Where several processes share the batch, sums over them stand between the two passes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/peers.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/channel_sums.hpp>
#include <type_traits>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/simd.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>
#endif

namespace adafuse::kernels {

/// What follows the normalisation in the same pass.
template <class T>
struct BatchNormTail {
  const T* residual = nullptr;  // of x's shape, is added; absent: 0
  bool relu = false;            // after that
};

inline namespace ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const T* mean, const T* variance,
                const T* weight, const T* bias, double eps, T* y,
                const BatchNormTail<std::type_identity_t<T>>& tail = {}) {
  compiled::kernels_of<T>().batch_norm(layout, x, mean, variance, weight, bias, eps, y, tail);
}
template <class T>
void batch_norm_backward(const ChannelLayout& layout, const T* x, const T* y, const T* mean,
                         const T* variance, const T* weight, double eps, const T* dy, T* dx,
                         T* dweight, T* dbias, T* dresidual) {
  compiled::kernels_of<T>().batch_norm_backward(layout, x, y, mean, variance, weight, eps, dy, dx,
                                                dweight, dbias, dresidual);
}
template <class T>
double batch_norm_train(const ChannelLayout& layout, const T* x, const T* weight, const T* bias,
                        double eps, T* y, double* mean, double* variance,
                        const BatchNormTail<std::type_identity_t<T>>& tail = {},
                        const Peers* peers = nullptr) {
  return compiled::kernels_of<T>().batch_norm_train(layout, x, weight, bias, eps, y, mean, variance,
                                                    tail, peers);
}
template <class T>
void batch_norm_train_backward(const ChannelLayout& layout, const T* x, const T* weight,
                               const T* bias, const double* mean, const double* variance,
                               double eps, bool relu, const T* dy, T* dx, T* dweight, T* dbias,
                               const Peers* peers = nullptr) {
  compiled::kernels_of<T>().batch_norm_train_backward(layout, x, weight, bias, mean, variance, eps,
                                                      relu, dy, dx, dweight, dbias, peers);
}
#else

namespace detail {

/// Fetches what is read soon. The processor does so by itself while nothing else is to be done; two
/// maps and two passes over a short run of each keep it from looking ahead.
template <class T>
void fetch(const T* x, Index count) {
  constexpr Index ahead = 4096 / sizeof(T), line = 64 / sizeof(T);
  for (Index i = 0; i < count; i += line) __builtin_prefetch(x + ahead + i);
}

/// dz[i] = dy[i] where (x[i] - centre) scale + shift is above 0 (or no number), else 0.
template <class T>
void gate_run(const T* __restrict x, const T* __restrict dy, Index count, T centre, T scale,
              T shift, T* __restrict dz) {
  for (Index i = 0; i < count; ++i) {
    const T z = (x[i] - centre) * scale + shift, d = dy[i];
    dz[i] = z <= 0 ? T{0} : d;
  }
}

/// y[i] = (x[i] - centre) scale + shift and what follows, for i in [first, last).
template <class T>
void normalise_run(const T* x, Index first, Index last, T centre, T scale, T shift,
                   const BatchNormTail<T>& tail, T* y) {
  const auto norm = [=](Index i) { return (x[i] - centre) * scale + shift; };
  const auto relu = [](T value) { return value < 0 ? T{0} : value; };  // a NaN stays
  const T* const residual = tail.residual;
  if (residual && tail.relu)
    for (Index i = first; i < last; ++i) y[i] = relu(norm(i) + residual[i]);
  else if (residual)
    for (Index i = first; i < last; ++i) y[i] = norm(i) + residual[i];
  else if (tail.relu)
    for (Index i = first; i < last; ++i) y[i] = relu(norm(i));
  else
    for (Index i = first; i < last; ++i) y[i] = norm(i);
}

/// Makes the moments of all processes' elements of those of each: `mean` and `variance` of
/// [channels] over `count` elements. Returns how many elements all have together.
///   mean = sum_r count_r mean_r / count,   variance = sum_r count_r (variance_r + d_r^2) / count
/// with d_r = mean_r - mean. The mean comes first, so that no digits of a small variance are lost.
inline double share_moments(const Peers& peers, Index channels, double count, double* mean,
                            double* variance) {
  const auto size = static_cast<std::size_t>(channels);
  std::vector<double> sums(size + 1);
  for (std::size_t c = 0; c < size; ++c) sums[c] = count * mean[c];
  sums[size] = count;
  peers.sum(sums);
  const double all = std::max(sums[size], 1.0);  // of no elements: 0
  for (std::size_t c = 0; c < size; ++c) {
    const double apart = mean[c] - sums[c] / all;
    mean[c] = sums[c] / all;
    variance[c] = count * (variance[c] + apart * apart);
  }
  peers.sum({variance, size});
  for (std::size_t c = 0; c < size; ++c) variance[c] /= all;
  return sums[size];
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, channel by channel, and what follows.
/// `weight` and `bias` may be null: 1 and 0.
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const T* mean, const T* variance,
                const T* weight, const T* bias, double eps, T* y,
                const BatchNormTail<std::type_identity_t<T>>& tail = {}) {
  if (layout.size() == 0) return;
  std::vector<T> scale(static_cast<std::size_t>(layout.channels));
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double inv_std = 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
    scale[c] = static_cast<T>(weight ? static_cast<double>(weight[c]) * inv_std : inv_std);
  }
  detail::ChannelTasks(layout).for_each_plane([&](Index c, Index first) {
    detail::normalise_run(x, first, first + layout.inner, mean[c],
                          scale[static_cast<std::size_t>(c)], bias ? bias[c] : T{0}, tail, y);
  });
}

/// The gradients of batch_norm for dy, in one pass; null where not wanted:
///   dz = dy, or dy where y > 0 and 0 elsewhere if there is y, which is what a ReLU let through
///   dx = dz weight / sqrt(variance + eps),  dweight = sum of dz (x - mean) / sqrt(variance + eps),
///   dbias = sum of dz,  dresidual = dz
template <class T>
void batch_norm_backward(const ChannelLayout& layout, const T* x, const T* y, const T* mean,
                         const T* variance, const T* weight, double eps, const T* dy, T* dx,
                         T* dweight, T* dbias, T* dresidual) {
  if (layout.size() == 0) {
    if (dweight) std::fill_n(dweight, layout.channels, T{0});
    if (dbias) std::fill_n(dbias, layout.channels, T{0});
    return;
  }
  const auto inv_std = [=](Index c) {
    return 1 / std::sqrt(static_cast<double>(variance[c]) + eps);
  };
  const bool sums_wanted = dweight || dbias;
  const detail::ChannelTasks tasks(layout);
  const auto sums = tasks.sums([&](detail::ChannelSums& to, Index c, Index first) {
    const T scale =
        static_cast<T>(weight ? static_cast<double>(weight[c]) * inv_std(c) : inv_std(c));
    const double m = static_cast<double>(mean[c]);
    constexpr Index longest = 512;
    T gated[longest];
    for (Index i = first, last = first + layout.inner; i < last; i += longest) {
      const Index size = std::min(longest, last - i);
      const T* dz = dy + i;
      if (y) {
        for (Index k = 0; k < size; ++k) gated[k] = y[i + k] <= 0 ? T{0} : dy[i + k];
        dz = gated;
      }
      if (dx)
        for (Index k = 0; k < size; ++k) dx[i + k] = dz[k] * scale;
      if (dresidual) std::copy_n(dz, size, dresidual + i);
      if (sums_wanted)
        to.add(
            size, [dz](Index k) { return static_cast<double>(dz[k]); },
            [from = x + i, m](Index k) { return static_cast<double>(from[k]) - m; });
    }
  });
  for (Index c = 0; c < layout.channels; ++c) {
    const auto& of_channel = sums[static_cast<std::size_t>(c)];
    if (dweight) dweight[c] = static_cast<T>(inv_std(c) * of_channel[1]);
    if (dbias) dbias[c] = static_cast<T>(of_channel[0]);
  }
}

/// The same with the moments of x itself, which are written to `mean` and `variance` (biased: the
/// mean of (x - mean)^2), [channels] each, and with what follows. Of no elements both are 0. With
/// `peers` x is a part of a batch, and the moments are those of the whole. Returns how many
/// elements of a channel they are of.
template <class T>
double batch_norm_train(const ChannelLayout& layout, const T* x, const T* weight, const T* bias,
                        double eps, T* y, double* mean, double* variance,
                        const BatchNormTail<std::type_identity_t<T>>& tail = {},
                        const Peers* peers = nullptr) {
  if (layout.count() == 0) {
    std::fill_n(mean, layout.channels, 0.0), std::fill_n(variance, layout.channels, 0.0);
    return peers ? detail::share_moments(*peers, layout.channels, 0, mean, variance) : 0;
  }
  const detail::ChannelTasks tasks(layout);
  const auto sums = tasks.sums([&](detail::ChannelSums& to, Index c, Index first) {
    const auto apart = [from = x + first, origin = x[layout.begin(0, c)]](Index i) {
      return static_cast<double>(from[i]) - static_cast<double>(origin);
    };
    to.add(layout.inner, apart, apart);
  });
  auto count = static_cast<double>(layout.count());
  for (Index c = 0; c < layout.channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    const double offset = sums[k][0] / count;
    mean[c] = static_cast<double>(x[layout.begin(0, c)]) + offset;
    variance[c] = std::max(sums[k][1] / count - offset * offset, 0.0);  // NaN stays NaN
  }
  if (peers) count = detail::share_moments(*peers, layout.channels, count, mean, variance);
  std::vector<T> scales(sums.size());
  for (Index c = 0; c < layout.channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    const double inv_std = 1 / std::sqrt(variance[c] + eps);
    scales[k] = static_cast<T>(weight ? static_cast<double>(weight[c]) * inv_std : inv_std);
  }
  tasks.for_each_plane([&](Index c, Index first) {
    detail::normalise_run(x, first, first + layout.inner, static_cast<T>(mean[c]),
                          scales[static_cast<std::size_t>(c)], bias ? bias[c] : T{0}, tail, y);
  });
  return count;
}

/// The gradients of batch_norm_train for dy, with its `mean` and `variance`; null where not wanted.
///   xhat = (x - mean) / sqrt(variance + eps),  dbias = sum dy,  dweight = sum dy xhat
///   dx = weight / sqrt(variance + eps) * (dy - (dbias + xhat dweight) / count)
/// With `relu`, of y = relu(xhat weight + bias): dy counts as 0 where y is 0. What the ReLU let
/// through is worked out again from x, so that y need not be kept.
/// With `peers` the sums and the count within dx are those of all processes, since each one's x
/// moved the moments of all; dweight and dbias are of the elements here.
template <class T>
void batch_norm_train_backward(const ChannelLayout& layout, const T* x, const T* weight,
                               const T* bias, const double* mean, const double* variance,
                               double eps, bool relu, const T* dy, T* dx, T* dweight, T* dbias,
                               const Peers* peers = nullptr) {
  if (layout.count() == 0) {
    if (dweight) std::fill_n(dweight, layout.channels, T{0});
    if (dbias) std::fill_n(dbias, layout.channels, T{0});
    std::vector<double> none(static_cast<std::size_t>(2 * layout.channels + 1));
    if (peers && dx) peers->sum(none);
    return;
  }
  struct Channel {
    T centre, scale, shift, offset, slope;
  };
  std::vector<Channel> channels(static_cast<std::size_t>(layout.channels));
  for (Index c = 0; c < layout.channels; ++c) {
    const double inv_std = 1 / std::sqrt(variance[c] + eps);
    const T scale = static_cast<T>(weight ? static_cast<double>(weight[c]) * inv_std : inv_std);
    channels[static_cast<std::size_t>(c)] = {static_cast<T>(mean[c]), scale, bias ? bias[c] : T{0},
                                             0, 0};
  }
  // Calls use(i, dz, size) for a plane from element i on, run by run: dz is dy, or what of it the
  // ReLU lets through.
  const auto for_each_run = [&](Index c, Index first, const auto& use) {
    const Channel k = channels[static_cast<std::size_t>(c)];
    if (layout.inner == 1) {  // [N, C]: a call for each element would cost more than it.
      const T gated = (x[first] - k.centre) * k.scale + k.shift <= 0 ? T{0} : dy[first];
      return use(first, relu ? &gated : dy + first, 1);
    }
    detail::fetch(x + first, layout.inner);
    detail::fetch(dy + first, layout.inner);
    if (!relu) return use(first, dy + first, layout.inner);
    constexpr Index longest = 128;
    T gated[longest];
    for (Index i = first, last = first + layout.inner; i < last; i += longest) {
      const Index size = std::min(longest, last - i);
      detail::gate_run(x + i, dy + i, size, k.centre, k.scale, k.shift, gated);
      use(i, gated, size);
    }
  };
  const detail::ChannelTasks tasks(layout);
  auto sums = tasks.sums([&](detail::ChannelSums& to, Index c, Index first) {
    for_each_run(c, first, [&](Index start, const T* dz, Index size) {
      to.add(
          size, [dz](Index i) { return static_cast<double>(dz[i]); },
          [from = x + start, m = mean[c]](Index i) { return static_cast<double>(from[i]) - m; });
    });
  });
  for (Index c = 0; c < layout.channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    if (dweight) dweight[c] = static_cast<T>(1 / std::sqrt(variance[c] + eps) * sums[k][1]);
    if (dbias) dbias[c] = static_cast<T>(sums[k][0]);
  }
  if (!dx) return;
  auto count = static_cast<double>(layout.count());
  if (peers) {
    std::vector<double> shared;
    for (const auto& of_channel : sums)
      shared.insert(shared.end(), of_channel.begin(), of_channel.end());
    shared.push_back(count);
    peers->sum(shared);
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] = {shared[2 * k], shared[2 * k + 1]};
    count = shared.back();
  }
  for (Index c = 0; c < layout.channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    const double inv_std = 1 / std::sqrt(variance[c] + eps);
    channels[k].offset = static_cast<T>(sums[k][0] / count);
    channels[k].slope = static_cast<T>(inv_std * inv_std * sums[k][1] / count);
  }
  tasks.for_each_plane([&](Index c, Index first) {
    const Channel k = channels[static_cast<std::size_t>(c)];
    for_each_run(c, first, [&](Index start, const T* dz, Index size) {
      const T* const from = x + start;
      T* const to = dx + start;
      for (Index i = 0; i < size; ++i)
        to[i] = (dz[i] - k.offset - (from[i] - k.centre) * k.slope) * k.scale;
    });
  });
}

#endif

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
