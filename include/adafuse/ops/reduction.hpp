// Reduction: what becomes of the losses of single elements, under torch's words.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What becomes of the losses of all elements or rows.
enum class Reduction {
  none,      ///< all of them stay
  mean,      ///< their sum over their count; NaN where there are none
  sum,       ///< their sum
  batchmean  ///< their sum over the size of the first dimension: of kl_div alone
};

namespace detail {

/// The losses of all elements, reduced. Throws ValueError, named after `op`, for batchmean.
template <class T>
Variable<T> reduced(const char* op, const Variable<T>& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::none:
      return losses;
    case Reduction::sum:
      return sum_to(losses, {});
    case Reduction::mean:
      return sum_to(losses, {}) / losses.size();
    case Reduction::batchmean:
      break;
  }
  fail<ValueError>(op, ": reduction is none, mean or sum; batchmean is for kl_div");
}

}  // namespace detail

}  // namespace adafuse::inline ADAFUSE_SIMD
