// The change policy: a block whose input hardly changed reuses, another one keeps.
//
// It learns nothing. Over all channels and pixels of a block's input x_t [c, h, w],
//
//   change_t = sum |x_t - x_{t-1}| / sum |x_t|,   infinite at t = 0
//
// and where change_t < threshold all channels of frame t are reused. So a threshold of 0 is
// keep-all, and an infinite one reuses in every frame but a clip's first. What is reused is the map
// of the frame before, as in the paper: it is computed then, though it was not kept.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/context.hpp>
#include <limits>

namespace adafuse::inline ADAFUSE_SIMD {

/// By how much maps changed, added up map by map.
class RelativeChange {
 public:
  /// Adds a map of `pixels` numbers and what it was a frame before; null: a map of zeros.
  template <class T>
  void add(const T* now, const T* before, Index pixels) {
    for (Index p = 0; p < pixels; ++p) {
      const double x = now ? static_cast<double>(now[p]) : 0;
      const double old = before ? static_cast<double>(before[p]) : 0;
      moved_ += std::abs(x - old);
      size_ += std::abs(x);
    }
  }
  /// sum |x_t - x_{t-1}| / sum |x_t|; 0 where both sums are, NaN where a number is.
  double value() const { return equals(moved_, 0) ? 0 : moved_ / size_; }

 private:
  double moved_ = 0, size_ = 0;
};

/// Throws ValueError for a threshold below 0, or none.
inline void check_threshold(double threshold) {
  require<ValueError>(threshold >= 0, "change policy: a threshold is at least 0, got ", threshold);
}

/// What a block does with all its channels. A change that is no number is kept.
inline Action action_of_change(double change, double threshold) {
  return change < threshold ? Action::reuse : Action::keep;
}

/// Decides by the change of each block's input.
template <class T>
DecisionSource<T> change_actions(double threshold) {
  check_threshold(threshold);
  return [threshold](const DecisionRequest<T>& ask) {
    const auto& x = ask.features;
    const Index numbers = x.size() / std::max<Index>(1, x.size(0));
    auto actions = Tensor<std::uint8_t>::uninitialized({x.size(0), ask.channels});
    for (Index f = 0; f < x.size(0); ++f) {
      double change = std::numeric_limits<double>::infinity();
      if (f % ask.frames != 0) {
        RelativeChange sum;
        const T* const now = x.data() + f * numbers;
        sum.add(now, now - numbers, numbers);
        change = sum.value();
      }
      std::fill_n(actions.data() + f * ask.channels, ask.channels,
                  static_cast<std::uint8_t>(action_of_change(change, threshold)));
    }
    return actions;
  };
}

}  // namespace adafuse::inline ADAFUSE_SIMD
