// The magnitude policy: keep what changes most, reuse what is large, skip what is small.
//
// It learns nothing and is told nothing but the block's input x_t [c, h, w]. With e_t,j the mean of
// |x_t,j| over the pixels, d_t,j that of |x_t,j - x_{t-1},j|, and x_{-1} = 0,
//
//   size_t,i = sum_j gain_ij e_t,j,   change_t,i = sum_j gain_ij d_t,j
//
// bound how large output channel i can be and by how much it can have changed. In each frame the
// given share of channels with the largest change is kept; of the others, the larger ones are
// reused and the rest is skipped. So the thresholds are quantiles of each frame, and the cost is
// the same for every clip.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/context.hpp>
#include <limits>
#include <numeric>

namespace adafuse::inline ADAFUSE_SIMD {

/// |s_i| sum over the kernel of |w_ij|: the gains [out, in] of a convolution with weight
/// [out, in, kh, kw] whose outputs are scaled by s [out].
template <class T>
Tensor<T> convolution_gains(const Tensor<T>& weight, const Tensor<T>& scale) {
  require<ShapeError>(weight.rank() == 4 && scale.shape() == Shape{weight.size(0)},
                      "convolution_gains: weight ", weight.shape(), ", scale ", scale.shape());
  Tensor<T> gains({weight.size(0), weight.size(1)});
  const Index taps = weight.size(2) * weight.size(3);
  for (Index i = 0; i < weight.size(0); ++i)
    for (Index j = 0; j < weight.size(1); ++j) {
      const T* w = weight.data() + (i * weight.size(1) + j) * taps;
      T sum = 0;
      for (Index k = 0; k < taps; ++k) sum += std::abs(w[k]);
      gains(i, j) = std::abs(scale(i)) * sum;
    }
  return gains;
}

namespace detail {

/// Means over the pixels, [N*T, c]: of |x_t|, or of |x_t - x_{t-1}|.
template <class T>
Tensor<T> mean_magnitude(const Tensor<T>& x, Index frames, bool change) {
  const Index row = x.size(1), pixels = x.size(2) * x.size(3);
  Tensor<T> means({x.size(0), row});
  for (Index f = 0; f < x.size(0); ++f)
    for (Index c = 0; c < row; ++c) {
      const T* now = x.data() + (f * row + c) * pixels;
      const T* before = change && f % frames != 0 ? now - row * pixels : nullptr;
      double sum = 0;
      for (Index p = 0; p < pixels; ++p)
        sum += std::abs(static_cast<double>(before ? now[p] - before[p] : now[p]));
      means(f, c) = static_cast<T>(sum / static_cast<double>(pixels));
    }
  return means;
}

/// r(f, i) = sum_j gain(i, j) mean(f, j): [N*T, c] -> [N*T, c']. What is no number counts as larger
/// than any, so that channels have an order.
template <class T>
Tensor<T> responses(const Tensor<T>& means, const Tensor<T>& gains) {
  Tensor<T> result({means.size(0), gains.size(0)});
  for (Index f = 0; f < means.size(0); ++f)
    for (Index i = 0; i < gains.size(0); ++i) {
      const T* m = means.data() + f * means.size(1);
      const T sum =
          std::inner_product(m, m + means.size(1), gains.data() + i * gains.size(1), T{0});
      result(f, i) = std::isnan(sum) ? std::numeric_limits<T>::infinity() : sum;
    }
  return result;
}

/// Puts the `count` channels with the largest scores in front, from position `first` on.
template <class T>
void largest_first(std::vector<Index>& channels, Index first, Index count, const T* score) {
  const auto begin = channels.begin() + first;
  std::partial_sort(begin, begin + count, channels.end(), [score](Index a, Index b) {
    return equals(score[a], score[b]) ? a < b : score[a] > score[b];
  });
}

}  // namespace detail

/// Decides by magnitude, with these shares of channels in each frame, to the nearest channel.
/// Throws ValueError for shares that are none, and for a block whose gains nobody knows.
template <class T>
DecisionSource<T> magnitude_actions(ActionShares shares) {
  check_shares(shares, "magnitude");
  return [shares](const DecisionRequest<T>& ask) {
    require<ValueError>(static_cast<bool>(ask.gains), "magnitude policy: ", ask.block,
                        ": nobody knows how its channels answer to its input");
    const Tensor<T> gains = ask.gains();
    const Index channels = ask.channels, rows = ask.features.size(0);
    const Shape expected{channels, ask.features.size(1)};
    require<ShapeError>(gains.shape() == expected, "magnitude policy: ", ask.block,
                        ": expects gains ", expected, ", got ", gains.shape());
    const auto responses = [&](bool change) {
      return detail::responses(detail::mean_magnitude(ask.features, ask.frames, change), gains);
    };
    const auto changes = responses(true), sizes = responses(false);
    const auto nearest = [&](double share) -> Index {
      return std::lround(share * static_cast<double>(channels));
    };
    const Index keep = nearest(shares.keep), skip = std::min(nearest(shares.skip), channels - keep);
    auto actions =
        Tensor<std::uint8_t>::full({rows, channels}, static_cast<std::uint8_t>(Action::skip));
    std::vector<Index> order(static_cast<std::size_t>(channels));
    for (Index f = 0; f < rows; ++f) {
      std::iota(order.begin(), order.end(), Index{0});
      detail::largest_first(order, 0, keep, changes.data() + f * channels);
      detail::largest_first(order, keep, channels - keep - skip, sizes.data() + f * channels);
      for (Index i = 0; i < channels - skip; ++i)
        actions(f, order[static_cast<std::size_t>(i)]) =
            static_cast<std::uint8_t>(i < keep ? Action::keep : Action::reuse);
    }
    return actions;
  };
}

}  // namespace adafuse::inline ADAFUSE_SIMD
