// Logits that a choice can be made from: numbers, or -inf for what is ruled out.
//
// A NaN would be neither larger nor smaller than its neighbours, so that the order of comparing
// would choose; so it is an error, and never an action or a class.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <cmath>
#include <limits>
#include <string>

namespace adafuse::inline ADAFUSE_SIMD {

/// Whether `count` numbers, `step` apart, have a largest one that is finite, and hold no NaN.
template <class T>
bool can_choose(const T* logits, Index count, Index step = 1) {
  T largest = -std::numeric_limits<T>::infinity();
  bool nan = false;
  for (Index k = 0; k < count; ++k) {
    const T logit = logits[k * step];
    nan |= std::isnan(logit);
    largest = logit > largest ? logit : largest;
  }
  return !nan && std::numeric_limits<T>::lowest() <= largest &&
         largest <= std::numeric_limits<T>::max();
}

/// "(0.5, nan, -2)": numbers for a message.
template <class T>
std::string listed(const T* logits, Index count, Index step = 1) {
  constexpr Index most = 8;
  std::string text = "(";
  for (Index k = 0; k < count && k < most; ++k) text += concat(k > 0 ? ", " : "", logits[k * step]);
  return text + (count > most ? ", ...)" : ")");
}

/// Throws ValueError, which begins with `who`, unless a choice can be made from each row of logits
/// [..., k]: there is no NaN and no +inf, and not all are -inf.
template <class T>
void require_choices(const Tensor<T>& logits, const std::string& who) {
  const Index k = logits.rank() > 0 ? logits.size(-1) : 1;
  for (Index i = 0; i < logits.size(); i += k) {
    const T* const row = logits.data() + i;
    if (can_choose(row, k)) continue;
    throw ValueError(concat(who,
                            ": expects logits that are numbers, or -inf for what is ruled out, "
                            "got ",
                            listed(row, k), " in row ", i / k, " of ", logits.shape()));
  }
}

}  // namespace adafuse::inline ADAFUSE_SIMD
